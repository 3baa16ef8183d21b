import ArgumentParser
import Glibc
import Identity
import JSON

/// `millrace keys publish` and `millrace keys withdraw`: which public keys a service believes.
struct PublishKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Add the public keys of one file to another, for a rotation.",
    discussion: """
      The file that services read is replaced as a whole; they read it again within a second. A key \
      that is there already stays as it is.
      """)

  @Argument(help: "The file with the new public keys (principal-keys.json beside the new key).")
  var new: String

  @Option(name: .customLong("into"), help: "The file that services read.")
  var target: String

  mutating func run() async throws {
    let known = try PublicKeys.read(target)
    let identifiers = Set(known.compactMap { $0["kid"]?.stringValue })
    let added = try PublicKeys.read(new).filter { key in
      key["kid"]?.stringValue.map { !identifiers.contains($0) } ?? false
    }
    try await PublicKeys.replace(target, known + added)
    Output.line("\(target) holds \(known.count + added.count) keys, \(added.count) of them new")
  }
}

/// `millrace keys withdraw`: the end of a rotation.
struct WithdrawKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "Take a public key out of the file that services read, at the end of a rotation.")

  @Argument(help: "The key's identifier (kid).")
  var key: String

  @Option(name: .customLong("from"), help: "The file that services read.")
  var target: String

  mutating func run() async throws {
    let known = try PublicKeys.read(target)
    let rest = known.filter { $0["kid"]?.stringValue != key }
    guard rest.count < known.count else { throw ValidationError("\(target) holds no key \(key)") }
    try await PublicKeys.replace(target, rest)
    Output.line("\(target) holds \(rest.count) keys")
  }
}

/// A file of public keys (a JWK set), changed as a whole.
/// Files of public keys, JWK sets.
enum PublicKeys {
  static func read(_ path: String) throws -> [JSONValue] {
    let bytes = try SecretFile.read(path, isPrivate: false)
    guard let keys = try JSONValue(parsing: bytes)["keys"]?.arrayValue else {
      throw SecretFile.Failure(path: path, problem: "is not a JWK set")
    }
    return keys
  }

  static func replace(_ path: String, _ keys: [JSONValue]) async throws {
    let set = JSONValue.object(["keys": .array(keys)]).serialized + [UInt8(ascii: "\n")]
    let new = path + ".new"
    try SecretFile.create(new, set, isPrivate: false)
    do {
      // What services would refuse is not put in place.
      _ = try await VerificationKeys.load(new)
      // Services of other users read it, whatever the umask of whoever calls this.
      guard chmod(new, 0o644) == 0, rename(new, path) == 0 else {
        throw SecretFile.Failure(
          path: path, problem: "cannot be replaced: \(String(cString: strerror(errno)))")
      }
    } catch {
      unlink(new)
      throw error
    }
  }
}
