import Crypto
import Environment
import Foundation
import GatewayFront
import Identity
import RPC
import ServiceKit
import Testing
import Values

@Suite("Authenticator")
struct AuthenticatorTests {
  private let clock: ManualClock
  private let environment: Environment
  private let key: APIKey
  private let other: APIKey
  private let partner = Partner(
    name: "mes-line-1", sites: [SiteCode("PLANT1"), SiteCode("PLANT2")], roles: [.mes])
  private let directory: PartnerDirectory
  private let authenticator: Authenticator

  init() {
    (environment, clock) = Environment.manual(seed: 1)
    key = APIKey.generate(environment)
    other = APIKey.generate(environment)
    directory = PartnerDirectory(partners: [partner], at: clock.now)
    authenticator = Authenticator(directory, clock: clock)
    register(key)
  }

  private func register(_ key: APIKey, expiresAt: Instant? = nil) {
    directory.put(
      Credential(
        id: "\(key.id)", partner: partner.name, shown: .apiKey(key.digest), createdAt: clock.now,
        expiresAt: expiresAt), at: clock.now)
  }

  private func register(_ name: String, expiresAt: Instant? = nil) throws {
    directory.put(
      Credential(
        id: name, partner: partner.name, shown: .certificate(try #require(CertificateName(name))),
        createdAt: clock.now, expiresAt: expiresAt), at: clock.now)
  }

  private func error(
    _ entries: [(name: String, value: String)], certificate: PeerIdentity? = nil
  ) -> CredentialError? {
    do {
      _ = try authenticator.authenticate(try Metadata(entries), certificate: certificate)
      return nil
    } catch let error as CredentialError {
      return error
    } catch {
      Issue.record(error)
      return nil
    }
  }

  private func error(_ key: APIKey) -> CredentialError? {
    error([("authorization", "Bearer \(key.text)")])
  }

  @Test("The owner of a key is a partner with its sites, roles and limits")
  func known() throws {
    for scheme in ["Bearer", "bearer", "BEARER"] {
      let metadata = try Metadata([("authorization", "\(scheme) \(key.text)")])
      let caller = try authenticator.authenticate(metadata)
      #expect(
        caller.principal
          == Principal(
            subject: "mes-line-1", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")],
            roles: [.mes], credential: key.id.description, revision: 1))
      #expect(caller.limits == .standard)
    }
  }

  @Test("Every key of a partner is good until it ends, so that a rotation interrupts nobody")
  func rotation() {
    #expect(error(other) == .unknown)
    register(other)
    #expect(error(key) == nil)
    #expect(error(other) == nil)
    register(key, expiresAt: clock.now.advanced(seconds: 60))
    clock.advance(milliseconds: 59_999)
    #expect(error(key) == nil)
    clock.advance(milliseconds: 1)
    #expect(error(key) == .ended)
    #expect(error(other) == nil)
  }

  @Test("A key of another environment is refused with that reason, whatever its secret is")
  func otherEnvironment() throws {
    let test = try #require(APIKey(parsing: key.text.replacing("mr_live_", with: "mr_test_")))
    #expect(error(test) == .otherEnvironment(.test, here: .live))
    let refusal = CredentialError.otherEnvironment(.test, here: .live).refusal
    #expect(refusal.reason == "CREDENTIAL_OF_OTHER_ENVIRONMENT")
    #expect(refusal.message.contains("mr_test_") && refusal.message.contains("mr_live_"))
    let metadata = try Metadata([("authorization", "Bearer \(test.text)")])
    let tests = Authenticator(directory, keyEnvironment: .test, clock: clock)
    #expect(try tests.authenticate(metadata).principal.subject == "mes-line-1")
  }

  @Test("A call without credential is told so")
  func missing() {
    #expect(error([]) == .missing)
    #expect(error([("millrace-principal", "x"), ("api-key", key.text)]) == .missing)
  }

  @Test("What is not one bearer API key is malformed")
  func malformed() {
    for value in [
      "", "Bearer", "Bearer ", key.text, "Basic \(key.text)", "Bearer  \(key.text)",
      "Bearer \(key.text.dropLast())", "Bearer \(key.text)0",
      "Bearer \(key.text.uppercased())", "Bearer x.y", "Bearer x.y.z.a", "Basic x.y.z",
    ] {
      #expect(error([("authorization", value)]) == .malformed, "\(value)")
    }
    let twice = [("authorization", "Bearer \(key.text)"), ("authorization", "Bearer \(key.text)")]
    #expect(error(twice.map { (name: $0.0, value: $0.1) }) == .malformed)
  }

  @Test("An unknown id and a wrong secret are the same to the caller")
  func unknown() {
    let secret = key.text.suffix(APIKey.secretLength)
    let wrongSecret = "mr_live_\(key.id)_\(other.text.suffix(APIKey.secretLength))"
    #expect(error([("authorization", "Bearer \(wrongSecret)")]) == .unknown)
    #expect(error(other) == .unknown)
    #expect(error([("authorization", "Bearer mr_live_0000000000000000_\(secret)")]) == .unknown)
    #expect(CredentialError.unknown.refusal.message.contains("secret") == false)
  }

  @Test("A client certificate lets its partner in by any of its names, when no key was sent")
  func certificate() throws {
    let identity = PeerIdentity(names: [
      .address([127, 0, 0, 1]), .dns("unknown.plant"), .dns("Line-1.Plant"),
    ])
    #expect(error([], certificate: identity) == .certificateUnknown)
    try register("DNS:line-1.plant")
    let caller = try authenticator.authenticate(Metadata(), certificate: identity)
    #expect(caller.principal.subject == "mes-line-1")
    // A key that is wrong is not made good by a certificate.
    #expect(
      error([("authorization", "Bearer \(other.text)")], certificate: identity) == .unknown)
    for names: [PeerIdentity.Name] in [
      [], [.uri("line-1.plant")], [.email("line-1.plant")], [.dns("line-1.plant.evil")],
      [.dns("*.plant")],
    ] {
      #expect(error([], certificate: PeerIdentity(names: names)) == .certificateUnknown)
    }
    try register("DNS:line-1.plant", expiresAt: clock.now.advanced(seconds: 1))
    clock.advance(milliseconds: 1_000)
    #expect(error([], certificate: identity) == .ended)
  }

  @Test("A token lets its partner in when it is registered for whom the token is about")
  func tokens() async throws {
    let signing = Curve25519.Signing.PrivateKey()
    let x = Self.base64URL(signing.publicKey.rawRepresentation)
    let set = #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k","x":"\#(x)"}]}"#
    let issuer = ExternalIssuer(name: "https://idp", audience: "millrace", type: .jwt)
    let verifier = ExternalTokenVerifier(issuers: [issuer], environment: environment)
    verifier.replaceKeys(of: issuer.name, with: try await ExternalKeySet(parsing: set.utf8))
    let authenticator = Authenticator(directory, tokens: verifier, clock: clock)
    let header = Self.base64URL(Data(#"{"alg":"EdDSA","typ":"JWT","kid":"k"}"#.utf8))
    let expiry = clock.now.microseconds / 1_000_000 + 600
    let claims = #"{"iss":"https://idp","aud":"millrace","sub":"acme","exp":\#(expiry)}"#
    let content = header + "." + Self.base64URL(Data(claims.utf8))
    let signature = Self.base64URL(try signing.signature(for: Data(content.utf8)))
    let good = try Metadata([("authorization", "Bearer \(content).\(signature)")])
    #expect(throws: CredentialError.tokenUnknown) { try authenticator.authenticate(good) }
    directory.put(
      Credential(
        id: "t", partner: partner.name,
        shown: .token(TokenSubject(issuer: "https://idp", subject: "acme")), createdAt: clock.now),
      at: clock.now)
    #expect(try authenticator.authenticate(good).principal.subject == "mes-line-1")
    let bad = try Metadata([("authorization", "Bearer \(content).\(signature.dropLast(4))AAAA")])
    #expect(throws: CredentialError.tokenInvalid(.signature)) {
      try authenticator.authenticate(bad)
    }
    #expect(error([("authorization", "Bearer x.y.z")]) == .tokenInvalid(.issuer))
    #expect(CredentialError.tokenInvalid(.signature).refusal.reason == "TOKEN_INVALID")
  }

  private static func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  @Test("Each reason is stable and UNAUTHENTICATED")
  func reasons() {
    let reasons: [(CredentialError, String)] = [
      (.missing, "CREDENTIAL_MISSING"), (.malformed, "CREDENTIAL_MALFORMED"),
      (.unknown, "CREDENTIAL_UNKNOWN"), (.ended, "CREDENTIAL_ENDED"),
      (.certificateUnknown, "CERTIFICATE_UNKNOWN"),
    ]
    for (error, reason) in reasons {
      #expect(error.refusal.reason == reason)
      #expect(error.refusal.code == .unauthenticated)
    }
  }
}
