import Foundation
import Glibc
import Identity
import Values

/// Changes a partners file as a whole: it holds the new key or is as it was, never in between.
struct PartnersStore {
  /// Where the file is.
  let path: String

  /// Adds a key's hash to a partner, and the file when there is none.
  /// - Throws: ``Identity/PartnersFileError``, ``Identity/SecretFile/Failure``.
  func add(
    _ key: APIKey, to partner: String, sites: [SiteCode], roles: [RoleName],
    limits: CallLimits? = nil
  ) throws {
    var file = PartnersFile()
    if FileManager.default.fileExists(atPath: path) {
      file = try PartnersFile(parsing: SecretFile.read(path, isPrivate: false))
    }
    try file.add(
      PartnerKey(id: key.id, secretHash: key.secretHash), to: partner, sites: sites,
      roles: roles, limits: limits)
    let new = path + ".new"
    try SecretFile.create(new, file.serialized, isPrivate: true)
    guard rename(new, path) == 0 else {
      let problem = "cannot be replaced: \(String(cString: strerror(errno)))"
      unlink(new)
      throw SecretFile.Failure(path: path, problem: problem)
    }
  }
}
