import Environment
import Foundation
import JSON
import Testing
import Values

@testable import Identity

@Suite("External tokens")
struct ExternalTokenVerifierTests {
  private let fixture: ExternalTokenFixture
  private let verifier: ExternalTokenVerifier
  private let clock: ManualClock

  init() async throws {
    fixture = try ExternalTokenFixture.load()
    (verifier, clock) = fixture.verifier(try await ExternalTokenFixture.keySet())
  }

  @Test("every good token of another implementation is believed")
  func good() throws {
    #expect(fixture.good.count >= 10)
    for good in fixture.good {
      let token = try verifier.verify(good.token)
      #expect(token.issuer == fixture.issuer, "\(good.name)")
      #expect(token.subject == "mes-7", "\(good.name)")
    }
  }

  @Test("no bad token is believed, and each is refused for what is wrong with it")
  func bad() {
    #expect(fixture.bad.count >= 60)
    for bad in fixture.bad {
      let error = refusal(of: bad.token)
      #expect(error.map { "\($0)" } == bad.reason, "\(bad.name)")
    }
  }

  @Test("a token with any one bit turned is refused, also after the right one was believed")
  func flippedBits() throws {
    let good = try #require(fixture.good.first)
    _ = try verifier.verify(good.token)
    let bytes = Array(good.token.utf8)
    for index in bytes.indices {
      for bit in 0..<7 {
        var changed = bytes
        changed[index] ^= 1 << bit
        let error = refusal(of: String(decoding: changed, as: UTF8.self))
        #expect(error != nil, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test("a remembered token falls when it expires")
  func expires() throws {
    let good = try #require(fixture.good.first)
    let token = try verifier.verify(good.token)
    #expect(token.expiresAt == Instant(seconds: fixture.now + 3_600 + 60))
    clock.advance(milliseconds: 3_659_000)
    #expect(refusal(of: good.token) == nil)
    clock.advance(milliseconds: 1_000)
    #expect(refusal(of: good.token) == .expired)
  }

  @Test("a remembered token falls with its key")
  func keyRemoved() async throws {
    let good = try #require(fixture.good.first)
    _ = try verifier.verify(good.token)
    let set = try #require(JSONValue(parsing: ExternalTokenFixture.bytes())["keySet"]?["keys"])
    let others = try #require(set.arrayValue).filter { $0["alg"]?.stringValue != "EdDSA" }
    let rest = JSONValue.object(["keys": .array(others)]).serialized
    verifier.replaceKeys(of: fixture.issuer, with: try await ExternalKeySet(parsing: rest))
    #expect(refusal(of: good.token) == .unknownKey)
  }

  @Test("without keys no token is believed")
  func withoutKeys() throws {
    let (environment, _) = Environment.manual(seed: 1, start: Instant(seconds: fixture.now))
    let issuer = ExternalIssuer(
      name: fixture.issuer, audience: fixture.audience, type: .accessToken)
    let verifier = ExternalTokenVerifier(issuers: [issuer], environment: environment)
    let token = try #require(fixture.good.first).token
    #expect(throws: ExternalTokenError.unknownKey) { try verifier.verify(token) }
  }

  private func refusal(of token: String) -> ExternalTokenError? {
    do {
      _ = try verifier.verify(token)
      return nil
    } catch { return error }
  }
}
