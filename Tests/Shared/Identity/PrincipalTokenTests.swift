import Environment
import Foundation
import Testing
import Values

@testable import Identity

/// A signer, a verifier that knows its key, and a clock that stands still.
struct TokenFixture {
  static let principal = Principal(
    subject: "mes-line-1", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")])

  let environment: Environment
  let clock: ManualClock
  let key: SigningKey
  let signer: PrincipalSigner
  let verifier: PrincipalVerifier

  init() async throws {
    (environment, clock) = Environment.manual(seed: 1)
    key = try await SigningKey.generate()
    signer = try PrincipalSigner(key: key, environment: environment)
    verifier = PrincipalVerifier(
      keys: try await VerificationKeys(keySet: key.publicKeySet()),
      audience: House.production.audience, environment: environment)
  }

  var now: Int64 { clock.now.microseconds / Instant.microsecondsPerSecond }

  func token() throws -> String {
    try signer.token(for: Self.principal, audience: House.production.audience)
  }

  /// The claims of a good token, to be spoilt.
  var claims: [String: any Sendable] {
    [
      "iss": "millrace-gateway", "aud": "millrace.production", "sub": "mes-line-1", "iat": now,
      "exp": now + 300, "kind": "partner", "sites": ["PLANT1"],
    ]
  }

  /// A token of any claims, signed with the right key.
  func signed(_ claims: [String: any Sendable]) throws -> String {
    try signer.sign(JSONSerialization.data(withJSONObject: claims))
  }

  /// A token of any header, signed with the right key.
  func signed(header: String) throws -> String {
    try signer.sign(
      JSONSerialization.data(withJSONObject: claims),
      header: Base64URL.encode(Array(header.utf8)))
  }
}

@Suite("Forwarded principals")
struct PrincipalTokenTests {
  @Test("A minted token turns back into its principal, again and again")
  func roundTrip() async throws {
    let fixture = try await TokenFixture()
    let token = try fixture.token()
    for _ in 1...3 { #expect(try fixture.verifier.verify(token) == TokenFixture.principal) }
  }

  @Test("A token is minted once and renewed before it could expire on its way")
  func renewal() async throws {
    let fixture = try await TokenFixture()
    let first = try fixture.token()
    fixture.clock.advance(milliseconds: 179_000)
    #expect(try fixture.token() == first)
    fixture.clock.advance(milliseconds: 2_000)
    let second = try fixture.token()
    #expect(second != first)
    #expect(try fixture.verifier.verify(second) == TokenFixture.principal)
  }

  @Test("Each service and each principal gets its own token")
  func ownTokens() async throws {
    let fixture = try await TokenFixture()
    let other = Principal(
      subject: "mes-line-1", kind: .integration, sites: TokenFixture.principal.sites)
    let tokens = [
      try fixture.token(), try fixture.signer.token(for: TokenFixture.principal, audience: "other"),
      try fixture.signer.token(for: other, audience: House.production.audience),
    ]
    #expect(Set(tokens).count == 3)
  }

  @Test("A remembered token expires like any other")
  func expiryOfCached() async throws {
    let fixture = try await TokenFixture()
    let token = try fixture.token()
    #expect(throws: Never.self) { try fixture.verifier.verify(token) }
    fixture.clock.advance(milliseconds: 299_000)
    #expect(throws: Never.self) { try fixture.verifier.verify(token) }
    fixture.clock.advance(milliseconds: 1_000)
    #expect(throws: TokenError.expired) { try fixture.verifier.verify(token) }
  }

  @Test("More tokens than are remembered are all verified")
  func boundedCache() async throws {
    let fixture = try await TokenFixture()
    let verifier = PrincipalVerifier(
      keys: try await VerificationKeys(keySet: fixture.key.publicKeySet()),
      audience: House.production.audience, environment: fixture.environment, cacheLimit: 4)
    for round in 1...2 {
      for index in 0..<9 {
        var claims = fixture.claims
        claims["sub"] = "partner-\(index)"
        let principal = try verifier.verify(fixture.signed(claims))
        #expect(principal.subject == "partner-\(index)", "round \(round)")
      }
    }
  }

  @Test("Two keys may be valid at once, each by its kid")
  func rotation() async throws {
    let fixture = try await TokenFixture()
    let newKey = try await SigningKey.generate()
    let both = try await VerificationKeys(
      keySet: KeySets.joined([fixture.key.publicKeySet(), newKey.publicKeySet()]))
    let verifier = PrincipalVerifier(
      keys: both, audience: House.production.audience, environment: fixture.environment)
    let newSigner = try PrincipalSigner(key: newKey, environment: fixture.environment)
    let tokens = [
      try fixture.token(),
      try newSigner.token(
        for: TokenFixture.principal, audience: House.production.audience),
    ]
    for token in tokens { #expect(try verifier.verify(token) == TokenFixture.principal) }
  }
}

enum KeySets {
  /// One set of the keys of several.
  static func joined(_ sets: [[UInt8]]) throws -> [UInt8] {
    let keys = try sets.flatMap { set in
      let object = try JSONSerialization.jsonObject(with: Data(set)) as? [String: Any]
      return object?["keys"] as? [Any] ?? []
    }
    return Array(try JSONSerialization.data(withJSONObject: ["keys": keys]))
  }
}
