import Environment
import GatewayFront
import Identity
import RPC
import ServiceKit
import Testing
import Values

@Suite("Authenticator")
struct AuthenticatorTests {
  private let key = APIKey.generate(.manual(seed: 1).environment)
  private let other = APIKey.generate(.manual(seed: 2).environment)
  private let authenticator: Authenticator

  init() throws {
    var file = PartnersFile()
    try file.add(
      PartnerKey(id: key.id, secretHash: key.secretHash), to: "mes-line-1",
      sites: [SiteCode("PLANT1"), SiteCode("PLANT2")])
    authenticator = Authenticator(partners: file)
  }

  private func error(_ entries: [(name: String, value: String)]) -> CredentialError? {
    do {
      _ = try authenticator.authenticate(try Metadata(entries))
      return nil
    } catch let error as CredentialError {
      return error
    } catch {
      Issue.record(error)
      return nil
    }
  }

  @Test("The owner of a key is a partner with its sites")
  func known() throws {
    for scheme in ["Bearer", "bearer", "BEARER"] {
      let metadata = try Metadata([("authorization", "\(scheme) \(key.text)")])
      #expect(
        try authenticator.authenticate(metadata).principal
          == Principal(
            subject: "mes-line-1", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")],
            roles: [.mes]))
    }
  }

  @Test("Every key of a partner is good")
  func severalKeys() throws {
    var file = PartnersFile()
    for key in [key, other] {
      try file.add(
        PartnerKey(id: key.id, secretHash: key.secretHash), to: "mes", sites: [SiteCode("P")])
    }
    for key in [key, other] {
      let metadata = try Metadata([("authorization", "Bearer \(key.text)")])
      #expect(try Authenticator(partners: file).authenticate(metadata).principal.subject == "mes")
    }
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
      "Bearer mr_test_\(key.text.dropFirst(8))", "Bearer \(key.text.uppercased())", "Bearer x.y.z",
    ] {
      #expect(error([("authorization", value)]) == .malformed, "\(value)")
    }
    let twice = [("authorization", "Bearer \(key.text)"), ("authorization", "Bearer \(key.text)")]
    #expect(error(twice.map { (name: $0.0, value: $0.1) }) == .malformed)
  }

  @Test("An unknown id and a wrong secret are the same to the caller")
  func unknown() {
    let secret = key.text.suffix(APIKey.secretLength)
    let wrongSecret = APIKey.prefix + key.id + "_" + other.text.suffix(APIKey.secretLength)
    #expect(error([("authorization", "Bearer \(wrongSecret)")]) == .unknown)
    #expect(error([("authorization", "Bearer \(other.text)")]) == .unknown)
    #expect(error([("authorization", "Bearer mr_live_0000000000000000_\(secret)")]) == .unknown)
    #expect(CredentialError.unknown.refusal.message.contains("secret") == false)
  }

  @Test("Each reason is stable and UNAUTHENTICATED")
  func reasons() {
    let reasons: [(CredentialError, String)] = [
      (.missing, "CREDENTIAL_MISSING"), (.malformed, "CREDENTIAL_MALFORMED"),
      (.unknown, "CREDENTIAL_UNKNOWN"),
    ]
    for (error, reason) in reasons {
      #expect(error.refusal.reason == reason)
      #expect(error.refusal.code == .unauthenticated)
    }
  }
}
