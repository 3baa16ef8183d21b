import Environment
import Foundation
import JSON
import Testing
import Values

@testable import Identity

/// Tokens that PyJWT and cryptography made (Tests/Support/external_tokens.py).
struct ExternalTokenFixture: Decodable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var reason: String?
    var token: String
    var testDescription: String { name }
  }

  var now: Int64
  var issuer: String
  var audience: String
  var good: [Case]
  var bad: [Case]

  static func bytes() throws -> Data {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return try Data(
      contentsOf: folder.appending(path: "../../../Fixtures/external-tokens.json").standardized)
  }

  static func load() throws -> ExternalTokenFixture {
    try JSONDecoder().decode(Self.self, from: bytes())
  }

  static func keySet() async throws -> ExternalKeySet {
    let keySet = try #require(JSONValue(parsing: bytes())["keySet"])
    return try await ExternalKeySet(parsing: keySet.serialized)
  }

  func verifier(_ keys: ExternalKeySet) -> (ExternalTokenVerifier, ManualClock) {
    let (environment, clock) = Environment.manual(seed: 1, start: Instant(seconds: now))
    let issuer = ExternalIssuer(name: issuer, audience: audience, type: .accessToken)
    let verifier = ExternalTokenVerifier(issuers: [issuer], environment: environment)
    verifier.replaceKeys(of: issuer.name, with: keys)
    return (verifier, clock)
  }
}
