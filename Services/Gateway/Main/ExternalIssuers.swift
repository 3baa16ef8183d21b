import Environment
import Identity
import ServiceKit
import Values

/// The entries of `externalIssuers`, read: whose tokens are believed, and by which keys.
struct ExternalIssuers: Sendable {
  /// An issuer with the file of its keys and what was in it.
  struct Entry: Sendable {
    let issuer: ExternalIssuer
    let keySetFile: String
    let keys: ExternalKeySet?
  }

  let entries: [Entry]

  /// Most issuers of one Gateway: identity providers are few.
  static let maximumCount = 16
  private static let nameRule = TextRule(maximumLength: 256, characters: .visibleASCII)

  /// Reads `{"issuer": "https://idp.acme.example", "audience": "millrace", "type": "at+jwt",
  /// "keySetFile": "/etc/millrace/acme-keys.json"}` for each; none when the key is absent.
  static func load(_ settings: Settings) async -> ExternalIssuers {
    guard settings.has("externalIssuers") else { return ExternalIssuers(entries: []) }
    var entries: [Entry] = []
    for section in settings.sections("externalIssuers", atMost: maximumCount) {
      let issuer = issuer(section)
      if entries.contains(where: { $0.issuer.name == issuer.name }) {
        section.reject("issuer", "must be unique")
      }
      let file = section.text("keySetFile")
      entries.append(Entry(issuer: issuer, keySetFile: file, keys: await keys(section, file)))
    }
    return ExternalIssuers(entries: entries)
  }

  private static func issuer(_ section: Settings) -> ExternalIssuer {
    let text = section.text("type", default: ExternalIssuer.TokenType.jwt.rawValue)
    let type = ExternalIssuer.TokenType(rawValue: text)
    if type == nil {
      let names = ExternalIssuer.TokenType.allCases.map(\.rawValue).joined(separator: " or ")
      section.reject("type", "must be \(names)")
    }
    return ExternalIssuer(
      name: section.text("issuer", nameRule), audience: section.text("audience", nameRule),
      type: type ?? .jwt)
  }

  private static func keys(_ section: Settings, _ file: String) async -> ExternalKeySet? {
    guard !file.isEmpty else { return nil }
    do { return try await load(file) } catch {
      section.reject("keySetFile", "names a file that is refused: \(error)")
      return nil
    }
  }

  /// Reads a key set file.
  static func load(_ file: String) async throws -> ExternalKeySet {
    try await ExternalKeySet(parsing: SecretFile.read(file, isPrivate: false))
  }

  /// What believes their tokens.
  func verifier(_ environment: Environment) -> ExternalTokenVerifier {
    let verifier = ExternalTokenVerifier(
      issuers: entries.map(\.issuer), environment: environment)
    for entry in entries {
      if let keys = entry.keys { verifier.replaceKeys(of: entry.issuer.name, with: keys) }
    }
    return verifier
  }
}
