import Contracts
import Environment
import GatewayFront
import Identity
import Logging
import Protobuf
import RPC
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Gateway

@Suite("Partner service", .timeLimit(.minutes(2)))
struct PartnerServiceTests {
  private typealias Client = Gateway.V1.PartnerServiceClient

  private static let acme = Gateway.V1.Partner.with {
    $0.name = "acme"
    $0.sites = ["PLANT1"]
    $0.roles = ["mes", "planner"]
  }

  /// Runs the body with an administrator's client and a way to call as somebody else.
  private func run(
    replacing old: String = "", with new: String = "",
    _ body: (Client, _ answers: (String) async -> String) async throws -> Void
  ) async throws {
    try await GatewayFixture.run(replacing: old, with: new) { channel, _, files in
      let admin = files.adminKey.text
      let client = Client(RPCCaller(channel) { [("authorization", "Bearer \(admin)")] })
      try await body(client) { key in
        let caller = RPCCaller(channel) { [("authorization", "Bearer \(key)")] }
        let service = Gateway.V1.GatewayServiceClient(caller)
        do { _ = try await service.listCases(.with { $0.site = "PLANT1" }) } catch {
          return (error as? Refusal)?.reason ?? "\(error)"
        }
        return "OK"
      }
    }
  }

  private func refusal(_ call: () async throws -> Void) async -> Refusal? {
    do { try await call() } catch { return error as? Refusal }
    return nil
  }

  private func key(
    _ client: Client, _ requestID: String = "1", expiresAt: Instant? = nil
  ) async throws -> Gateway.V1.IssueKeyResponse {
    try await client.issueKey(
      .with {
        $0.requestID = requestID
        $0.partner = "acme"
        $0.expiresAt = expiresAt.map { .init($0) }
      })
  }

  @Test("Every method is for administrators only")
  func administrators() async throws {
    try await GatewayFixture.run { _, planner, _ in
      let client = Client(planner)
      let calls: [() async throws -> Void] = [
        { _ = try await client.putPartner(.init()) },
        { _ = try await client.listPartners(.init()) },
        { _ = try await client.issueKey(.init()) },
        { _ = try await client.registerCredential(.init()) },
        { _ = try await client.revokeCredential(.init()) },
        { _ = try await client.listCredentials(.init()) },
      ]
      #expect(calls.count == Gateway.V1.PartnerService.methodNames.count)
      for call in calls { #expect(await refusal(call)?.reason == "METHOD_NOT_GRANTED") }
    }
  }

  @Test("A partner is made, listed and changed; the same said again changes nothing")
  func put() async throws {
    try await run { client, _ in
      let made = try await client.putPartner(.with { $0.partner = Self.acme })
      #expect(made.receipt == .accepted)
      #expect(made.partner?.revision == 1)
      #expect(made.partner?.limits?.burst == 200)
      let again = try await client.putPartner(.with { $0.partner = Self.acme })
      #expect(again.receipt == .duplicate)
      #expect(again.partner == made.partner)
      var changed = Self.acme
      changed.roles = ["planner"]
      changed.partnerCode = "ACME"
      changed.limits = .with { $0.callsPerDay = 1_000 }
      let second = try await client.putPartner(.with { $0.partner = changed })
      #expect(second.partner?.revision == 2)
      #expect(try await client.listPartners(.init()).partners == [second.partner])
    }
  }

  @Test("A partner that breaks rules is refused with every field")
  func violations() async throws {
    try await run { client, _ in
      let request = Gateway.V1.PutPartnerRequest.with {
        $0.partner = .with {
          $0.name = "no name"
          $0.sites = ["PLANT1", "PLANT1", "a b"]
          $0.roles = ["mes", "boss"]
          $0.partnerCode = "ä"
          $0.limits = .with {
            $0.callsPerSecond = -1
            $0.burst = 1_000_001
            $0.concurrentCalls = 10_001
            $0.callsPerDay = -1
          }
        }
      }
      let wrong = await refusal { _ = try await client.putPartner(request) }
      #expect(
        Set(wrong?.violations.map(\.field) ?? []) == [
          "partner.name", "partner.sites", "partner.sites[2]", "partner.roles[1]",
          "partner.partner_code", "partner.limits.calls_per_second", "partner.limits.burst",
          "partner.limits.concurrent_calls", "partner.limits.calls_per_day",
        ])
      let empty = await refusal { _ = try await client.putPartner(.init()) }
      #expect(empty?.violations.map(\.field) == ["partner"])
      let partners = try await client.listPartners(.init()).partners
      #expect(partners.isEmpty)
    }
  }

  @Test("A key is shown once, lets in at once, and is listed without its secret")
  func issue() async throws {
    try await run { client, answers in
      let early = await refusal { _ = try await key(client) }
      #expect(early?.reason == "PARTNER_NOT_FOUND")
      _ = try await client.putPartner(.with { $0.partner = Self.acme })
      let issued = try await key(client)
      #expect(issued.receipt == .accepted)
      #expect(await answers(issued.apiKey) == "OK")
      let again = try await key(client)
      #expect(again.receipt == .duplicate)
      #expect(again.apiKey.isEmpty)
      #expect(again.credential == issued.credential)
      let reused = await refusal {
        _ = try await key(client, expiresAt: Environment.system.clock.now.advanced(seconds: 60))
      }
      #expect(reused?.reason == "REQUEST_ID_REUSED")
      let listed = try await client.listCredentials(.with { $0.partner = "acme" }).credentials
      #expect(listed == [issued.credential])
      #expect(!"\(listed)".contains(issued.apiKey.suffix(64)))
    }
  }

  @Test("A revoked key is refused from the next call on; the others of its partner go on")
  func revoke() async throws {
    try await run { client, answers in
      _ = try await client.putPartner(.with { $0.partner = Self.acme })
      let (first, second) = (try await key(client, "1"), try await key(client, "2"))
      let id = first.credential?.credentialID ?? ""
      let later = Environment.system.clock.now.advanced(seconds: 3_600)
      let planned = try await client.revokeCredential(
        .with {
          $0.credentialID = id
          $0.expiresAt = .init(later)
        })
      #expect(planned.receipt == .accepted)
      #expect(planned.credential?.expiresAt == .init(later))
      #expect(await answers(first.apiKey) == "OK")
      let revoked = try await client.revokeCredential(.with { $0.credentialID = id })
      #expect(revoked.receipt == .accepted)
      #expect(await answers(first.apiKey) != "OK")
      #expect(await answers(second.apiKey) == "OK")
      let again = try await client.revokeCredential(
        .with {
          $0.credentialID = id
          $0.expiresAt = .init(later)
        })
      #expect(again.receipt == .duplicate, "a later end does not bring a key back")
      #expect(await answers(first.apiKey) != "OK")
      let unknown = await refusal {
        _ = try await client.revokeCredential(.with { $0.credentialID = "nobody" })
      }
      #expect(unknown?.reason == "CREDENTIAL_NOT_FOUND")
    }
  }

  /// Of a Gateway that asks for certificates, by files that are not read here.
  private static let tls = """
    "listen": {"tls": {"certificateChainFile": "a", "privateKeyFile": "b",
                       "clientCertificates": "optional", "clientAuthoritiesFile": "c"},
    """

  @Test("A certificate belongs to one partner at a time")
  func certificates() async throws {
    try await run(replacing: "\"listen\": {", with: Self.tls) { client, _ in
      for name in ["acme", "other"] {
        var partner = Self.acme
        partner.name = name
        _ = try await client.putPartner(.with { $0.partner = partner })
      }
      func register(_ partner: String, _ name: String) async throws
        -> Gateway.V1.RegisterCredentialResponse
      {
        try await client.registerCredential(
          .with {
            $0.partner = partner
            $0.shown = .certificate(.with { $0.name = name })
          })
      }
      let first = try await register("acme", "DNS:Line-1.plant")
      #expect(first.receipt == .accepted)
      #expect(try await register("acme", "DNS:line-1.plant").receipt == .duplicate)
      let taken = await refusal { _ = try await register("other", "DNS:line-1.plant") }
      #expect(taken?.reason == "CREDENTIAL_TAKEN")
      let id = first.credential?.credentialID ?? ""
      _ = try await client.revokeCredential(.with { $0.credentialID = id })
      #expect(try await register("other", "DNS:line-1.plant").receipt == .accepted)
      let wrong = await refusal { _ = try await register("other", "DNS:*.plant") }
      #expect(wrong?.violations.map(\.field) == ["certificate.name"])
      let nothing = await refusal {
        _ = try await client.registerCredential(.with { $0.partner = "acme" })
      }
      #expect(nothing?.violations.map(\.field) == ["certificate"])
    }
  }

  @Test("A partner has so many credentials and no more")
  func bounded() async throws {
    try await run { client, _ in
      _ = try await client.putPartner(.with { $0.partner = Self.acme })
      var issued: [Gateway.V1.IssueKeyResponse] = []
      for number in 0..<Partner.maximumCredentials {
        issued.append(try await key(client, "\(number)"))
      }
      let refused = await refusal { _ = try await key(client, "more") }
      #expect(refused?.reason == "TOO_MANY_CREDENTIALS")
      let id = issued[3].credential?.credentialID ?? ""
      _ = try await client.revokeCredential(.with { $0.credentialID = id })
      #expect(try await key(client, "more").receipt == .accepted)
    }
  }

  @Test("What there is not at this Gateway can't be given: an issuer, a certificate")
  func mistypes() async throws {
    try await run { client, _ in
      _ = try await client.putPartner(.with { $0.partner = Self.acme })
      let issuer = await refusal {
        _ = try await client.registerCredential(
          .with {
            $0.partner = "acme"
            $0.shown = .token(
              .with {
                $0.issuer = "https://typo.example"
                $0.subject = "x"
              })
          })
      }
      #expect(issuer?.violations.map(\.field) == ["token.issuer"])
      let certificate = await refusal {
        _ = try await client.registerCredential(
          .with {
            $0.partner = "acme"
            $0.shown = .certificate(.with { $0.name = "DNS:line-1.plant" })
          })
      }
      #expect(certificate?.reason == "CERTIFICATES_NOT_TAKEN")
    }
  }

  @Test("The last administrator can't shut itself out; when there is another way in, it can")
  func lastAdministrator() async throws {
    try await run { client, _ in
      var chief = Self.acme
      chief.roles = ["admin"]
      func put(_ change: (inout Gateway.V1.Partner) -> Void = { _ in }) async -> Refusal? {
        var partner = chief
        change(&partner)
        return await refusal { [partner] in
          _ = try await client.putPartner(.with { $0.partner = partner })
        }
      }
      #expect(await put() == nil)
      let id = try await key(client).credential?.credentialID ?? ""
      func revoke(at end: Instant? = nil) async -> Refusal? {
        await refusal {
          _ = try await client.revokeCredential(
            .with {
              $0.credentialID = id
              $0.expiresAt = end.map { .init($0) }
            })
        }
      }
      #expect(await put { $0.suspended = true }?.reason == "LAST_ADMINISTRATOR")
      #expect(await put { $0.roles = ["mes"] }?.reason == "LAST_ADMINISTRATOR")
      #expect(await revoke()?.reason == "LAST_ADMINISTRATOR")
      let later = Environment.system.clock.now.advanced(seconds: 60)
      #expect(await revoke(at: later)?.reason == "LAST_ADMINISTRATOR")
      #expect(await put { $0.partnerCode = "A" } == nil, "what does not matter may be changed")
      _ = try await key(client, "2")
      #expect(await revoke() == nil)
      #expect(await put { $0.suspended = true }?.reason == "LAST_ADMINISTRATOR")
    }
  }

  @Test("Partners and keys are there again after a restart, and every change is on record")
  func restart() async throws {
    let files = try await GatewayFiles()
    let configuration = try await GatewayConfiguration.load(files.configuration())
    let key = try await AdminKey.issue("root", configuration, .system)
    let second = try await AdminKey.issue("root", configuration, .system)
    #expect(key != second)
    let database = try Database.open(
      DatabaseConfiguration(path: configuration.database), migrations: GatewayProgram.migrations,
      environment: .system)
    let governance = try await Governance(
      configuration, database, .system, logger: Logger(label: "test"))
    let partners = governance.partners
    #expect(partners.hasAdministrator)
    let authenticator = Authenticator(partners.directory, clock: Environment.system.clock)
    for key in [key, second] {
      let metadata = try Metadata([("authorization", "Bearer \(key)")])
      let caller = try authenticator.authenticate(metadata)
      #expect(caller.principal.subject == "root")
      #expect(caller.principal.roles == [RoleName("admin")])
    }
    let objects = try await database.read {
      try $0.rows("SELECT object FROM rs_audit ORDER BY sequence") { try $0.text(0) }
    }
    #expect(objects.filter { $0 == "partner root" }.count == 2)
    #expect(objects.filter { $0.hasSuffix(" of root") }.count == 2)
    await database.close()
    let wrong = await refusal { _ = try await AdminKey.issue("no name", configuration, .system) }
    #expect(wrong?.reason == "INVALID_FIELDS")
  }
}
