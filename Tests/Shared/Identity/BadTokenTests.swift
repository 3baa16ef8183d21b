import Environment
import Foundation
import Testing
import Values

@testable import Identity

/// Tokens of which none may be believed: what is wrong, how to make it, what the verifier says.
@Suite("Bad tokens")
struct BadTokenTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: TokenError
    let make: @Sendable (TokenFixture) async throws -> String
    var testDescription: String { name }
  }

  private static func spoilt(
    _ name: String, _ expected: TokenError,
    _ spoil: @escaping @Sendable (inout [String: any Sendable], TokenFixture) -> Void
  ) -> Case {
    Case(name: name, expected: expected) { fixture in
      var claims = fixture.claims
      spoil(&claims, fixture)
      return try fixture.signed(claims)
    }
  }

  private static func missing(_ claim: String) -> Case {
    spoilt("without \(claim)", .malformed) { claims, _ in claims[claim] = nil }
  }

  private static func header(
    _ name: String, _ expected: TokenError, _ text: @escaping @Sendable (TokenFixture) -> String
  ) -> Case {
    Case(name: name, expected: expected) { try $0.signed(header: text($0)) }
  }

  private static func text(
    _ name: String, _ make: @escaping @Sendable (TokenFixture) throws -> String
  ) -> Case {
    Case(name: name, expected: .malformed, make: make)
  }

  static let texts: [Case] = [
    text("nothing") { _ in "" },
    text("one part") { _ in "abc" },
    text("two parts") { try $0.token().split(separator: ".").prefix(2).joined(separator: ".") },
    text("four parts") { try $0.token() + ".e30" },
    text("no base64") { _ in "!!.!!.!!" },
    text("padding") { try $0.token() + "=" },
    text("the other base64 alphabet") { _ in "e30.+/+/.AAAA" },
    text("bits that belong to no byte") { _ in "e30.e31.AAB" },
    text("no JSON") { _ in "AAAA.AAAA.AAAA" },
    text("a list for a header") { try $0.signed(header: "[]") },
    text("longer than accepted") { try $0.token() + String(repeating: "A", count: 6_144) },
    text("a number for a kid") { try $0.signed(header: #"{"alg":"EdDSA","typ":"JWT","kid":1}"#) },
    text("a huge number beside the header's members") {
      try $0.signed(header: #"{"alg":"EdDSA","typ":1e300,"kid":"\#($0.key.keyID)"}"#)
    },
  ]

  static let headers: [Case] = [
    header("algorithm none", .header) { #"{"alg":"none","typ":"JWT","kid":"\#($0.key.keyID)"}"# },
    header("a symmetric algorithm", .header) {
      #"{"alg":"HS256","typ":"JWT","kid":"\#($0.key.keyID)"}"#
    },
    header("another spelling of the algorithm", .header) {
      #"{"alg":"eddsa","typ":"JWT","kid":"\#($0.key.keyID)"}"#
    },
    header("another type", .header) { #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#($0.key.keyID)"}"# },
    header("critical extensions", .header) {
      #"{"alg":"EdDSA","typ":"JWT","kid":"\#($0.key.keyID)","crit":["b64"]}"#
    },
    header("empty critical extensions", .header) {
      #"{"alg":"EdDSA","typ":"JWT","kid":"\#($0.key.keyID)","crit":null}"#
    },
    header("no type", .malformed) { #"{"alg":"EdDSA","kid":"\#($0.key.keyID)"}"# },
    header("no kid", .malformed) { _ in #"{"alg":"EdDSA","typ":"JWT"}"# },
    header("an unknown kid", .unknownKey) { _ in #"{"alg":"EdDSA","typ":"JWT","kid":"x"}"# },
    header("a path for a kid", .unknownKey) { _ in
      #"{"alg":"EdDSA","typ":"JWT","kid":"../../etc/passwd"}"#
    },
    header("a key of its own", .unknownKey) { _ in
      #"{"alg":"EdDSA","typ":"JWT","kid":"x","jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"},"jku":"http://x/"}"#
    },
  ]

  static let signatures: [Case] = [
    Case(name: "another key's signature", expected: .unknownKey) { fixture in
      let other = try PrincipalSigner(
        key: try await SigningKey.generate(), environment: fixture.environment)
      return try other.token(
        for: TokenFixture.principal, audience: House.production.audience)
    },
    Case(name: "a changed payload", expected: .signature) { fixture in
      var parts = try fixture.token().split(separator: ".").map(String.init)
      var claims = fixture.claims
      claims["kind"] = "integration"
      parts[1] = Base64URL.encode(try JSONSerialization.data(withJSONObject: claims))
      return parts.joined(separator: ".")
    },
    Case(name: "an empty signature", expected: .signature) { fixture in
      try fixture.token().split(separator: ".").prefix(2).joined(separator: ".") + "."
    },
    Case(name: "a changed signature", expected: .signature) { fixture in
      let parts = try fixture.token().split(separator: ".").map(String.init)
      var signature = try #require(Base64URL.decode(parts[2].utf8))
      signature[0] ^= 1
      return "\(parts[0]).\(parts[1]).\(Base64URL.encode(signature))"
    },
    Case(name: "a shortened signature", expected: .signature) { fixture in
      let parts = try fixture.token().split(separator: ".").map(String.init)
      let signature = try #require(Base64URL.decode(parts[2].utf8)).dropLast()
      return "\(parts[0]).\(parts[1]).\(Base64URL.encode(signature))"
    },
  ]

  static let claims: [Case] =
    ["iss", "aud", "sub", "iat", "exp", "kind", "sites"].map(missing) + [
      spoilt("another issuer", .issuer) { claims, _ in claims["iss"] = "someone" },
      spoilt("another service's audience", .audience) { claims, _ in
        claims["aud"] = "millrace.quality"
      },
      spoilt("a list of audiences", .malformed) { claims, _ in
        claims["aud"] = ["millrace.production", "millrace.quality"]
      },
      spoilt("expired this second", .expired) { claims, fixture in
        claims["iat"] = fixture.now - 300
        claims["exp"] = fixture.now
      },
      spoilt("valid for too long", .lifetime) { claims, fixture in claims["exp"] = fixture.now + 301
      },
      spoilt("valid for ever", .lifetime) { claims, _ in claims["exp"] = Int64.max },
      spoilt("issued before all time", .lifetime) { claims, _ in claims["iat"] = Int64.min },
      spoilt("issued in the future", .lifetime) { claims, fixture in
        claims["iat"] = fixture.now + 31
        claims["exp"] = fixture.now + 60
      },
      spoilt("not valid yet", .lifetime) { claims, fixture in claims["nbf"] = fixture.now + 31 },
      spoilt("an expiry in text", .malformed) { claims, fixture in
        claims["exp"] = "\(fixture.now + 60)"
      },
      spoilt("an expiry with a fraction", .malformed) { claims, fixture in
        claims["exp"] = Double(fixture.now) + 60.5
      },
      spoilt("an unknown kind", .malformed) { claims, _ in claims["kind"] = "admin" },
      spoilt("an empty subject", .claims) { claims, _ in claims["sub"] = "" },
      spoilt("a subject with a space", .claims) { claims, _ in claims["sub"] = "a b" },
      spoilt("a subject that is too long", .claims) { claims, _ in
        claims["sub"] = String(repeating: "a", count: 65)
      },
      spoilt("a site that is no code", .claims) { claims, _ in claims["sites"] = ["PLANT 1"] },
      spoilt("one text for the sites", .malformed) { claims, _ in claims["sites"] = "PLANT1" },
      spoilt("too many sites", .claims) { claims, _ in
        claims["sites"] = (0...Principal.maximumSites).map { "P\($0)" }
      },
    ]

  @Test("None is believed", arguments: texts + headers + signatures + claims)
  func refused(_ bad: Case) async throws {
    let fixture = try await TokenFixture()
    let token = try await bad.make(fixture)
    // Twice: a refused token is not remembered as a good one.
    for _ in 1...2 {
      #expect(throws: bad.expected) { try fixture.verifier.verify(token) }
    }
  }

  @Test("The claims they are made of are good before they are spoilt")
  func unspoilt() async throws {
    let fixture = try await TokenFixture()
    #expect(try fixture.verifier.verify(fixture.signed(fixture.claims)).subject == "mes-line-1")
    let header = #"{"alg":"EdDSA","typ":"JWT","kid":"\#(fixture.key.keyID)"}"#
    #expect(try fixture.verifier.verify(fixture.signed(header: header)).kind == .partner)
  }
}
