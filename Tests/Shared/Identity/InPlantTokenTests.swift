import Environment
import Foundation
import Testing
import Values

@testable import Identity

@Suite struct `An in-plant token` {
  private static let paths: Set<String> = ["/p.v1.S/A", "/p.v1.S/B"]
  private static let certificate = [UInt8](repeating: 7, count: 32)

  private static func token(
    _ fixture: TokenFixture, principal: Principal = TokenFixture.principal,
    lifetimeSeconds: Int64 = 43_200
  ) throws -> String {
    let now = fixture.clock.now
    return try fixture.signer.inPlantToken(
      for: principal, audience: House.production.audience,
      binding: TokenBinding(certificate: certificate, paths: paths, issuedAt: now),
      expiresAt: now.advanced(seconds: lifetimeSeconds))
  }

  @Test func `turns back into its principal and what it is bound to`() async throws {
    let fixture = try await TokenFixture()
    let principal = Principal(
      subject: "acme", kind: .partner, sites: [SiteCode("PLANT1")], roles: [RoleName("supplier")],
      partnerCode: "ACME", credential: "0123456789abcdef", revision: 3)
    let token = try Self.token(fixture, principal: principal)
    for _ in 1...2 {
      let (found, binding) = try fixture.verifier.verifyInPlant(token)
      #expect(found == principal)
      #expect(binding.certificate == Self.certificate)
      #expect(binding.paths == Self.paths)
    }
  }

  @Test func `is no forwarded principal, and the other way round`() async throws {
    let fixture = try await TokenFixture()
    let (inPlant, forwarded) = (try Self.token(fixture), try fixture.token())
    // The second time both are remembered.
    for _ in 1...2 {
      #expect(throws: TokenError.header) { try fixture.verifier.verify(inPlant) }
      #expect(throws: TokenError.header) { try fixture.verifier.verifyInPlant(forwarded) }
      _ = try fixture.verifier.verifyInPlant(inPlant)
      _ = try fixture.verifier.verify(forwarded)
    }
  }

  @Test func `lives for twelve hours and no longer`() async throws {
    let fixture = try await TokenFixture()
    let tooLong = try Self.token(fixture, lifetimeSeconds: 43_201)
    #expect(throws: TokenError.lifetime) { try fixture.verifier.verifyInPlant(tooLong) }
    let token = try Self.token(fixture)
    fixture.clock.advance(milliseconds: 43_199_000)
    _ = try fixture.verifier.verifyInPlant(token)
    fixture.clock.advance(milliseconds: 1_000)
    #expect(throws: TokenError.expired) { try fixture.verifier.verifyInPlant(token) }
  }

  @Test(arguments: [
    #"{}"#, #"{"x5t#S256":"AAAA"}"#, #"{"x5t#S256":"no base64"}"#,
  ])
  func `without a certificate's digest is not believed`(confirmation: String) async throws {
    let fixture = try await TokenFixture()
    var claims = fixture.claims
    claims["scope"] = "/p.v1.S/A"
    claims["cnf"] =
      try JSONSerialization.jsonObject(with: Data(confirmation.utf8)) as? [String: String]
    let token = try fixture.signer.sign(
      JSONSerialization.data(withJSONObject: claims), as: .inPlant)
    #expect(throws: TokenError.self) { try fixture.verifier.verifyInPlant(token) }
  }

  @Test func `without a scope, or with none that is whole, is not believed`() async throws {
    let fixture = try await TokenFixture()
    var claims = fixture.claims
    claims["cnf"] = ["x5t#S256": Base64URL.encode(Self.certificate)]
    for scope in [nil, (1...65).map { "/p.v1.S/M\($0)" }.joined(separator: " ")] {
      claims["scope"] = scope
      let token = try fixture.signer.sign(
        JSONSerialization.data(withJSONObject: claims), as: .inPlant)
      #expect(throws: TokenError.claims) { try fixture.verifier.verifyInPlant(token) }
    }
  }
}
