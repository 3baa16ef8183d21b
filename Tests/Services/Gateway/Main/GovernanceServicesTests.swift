import Contracts
import Environment
import Identity
import Protobuf
import RPC
import ServiceKit
import Testing
import Values

@testable import Gateway
@testable import GatewayFront

@Suite("Version and usage services", .timeLimit(.minutes(2)))
struct GovernanceServicesTests {
  private static let package = "millrace.production.v1"

  private struct Callers {
    var admin: RPCCaller
    var planner: RPCCaller
    var ledger: UsageLedger

    var versions: Gateway.V1.VersionServiceClient { .init(admin) }
    var usage: Gateway.V1.UsageServiceClient { .init(admin) }
    var gateway: Gateway.V1.GatewayServiceClient { .init(planner) }
  }

  private func run(_ body: (Callers) async throws -> Void) async throws {
    try await GatewayFixture.runProgram { channel, planner, files, program in
      let key = files.adminKey.text
      let admin = RPCCaller(channel) { [("authorization", "Bearer \(key)")] }
      try await body(
        Callers(admin: admin, planner: planner, ledger: program.governance.ledger))
    }
  }

  private func refusal(_ call: () async throws -> Void) async -> Refusal? {
    do { try await call() } catch { return error as? Refusal }
    return nil
  }

  private static func version(
    _ state: Gateway.V1.VersionState, package: String = package,
    _ change: (inout Gateway.V1.PackageVersion) -> Void = { _ in }
  ) -> Gateway.V1.SetVersionRequest {
    .with {
      $0.version = .with {
        $0.package = package
        $0.state = state
        change(&$0)
      }
    }
  }

  @Test("Administering versions and other partners' usage is not for everybody")
  func roles() async throws {
    try await run { callers in
      let versions = Gateway.V1.VersionServiceClient(callers.planner)
      let set = await refusal { _ = try await versions.setVersion(.init()) }
      #expect(set?.reason == "METHOD_NOT_GRANTED")
      let list = await refusal { _ = try await versions.listVersions(.init()) }
      #expect(list?.reason == "METHOD_NOT_GRANTED")
      let usage = Gateway.V1.UsageServiceClient(callers.planner)
      for partner in ["administrator", "*", "nobody"] {
        let others = await refusal { _ = try await usage.listUsage(.with { $0.partner = partner }) }
        #expect(others?.reason == "PARTNER_NOT_GRANTED")
      }
      let found1 = try await versions.getMyDeprecations(.init()).deprecations
      #expect(found1.isEmpty)
    }
  }

  @Test("A deprecated version is listed, told to its callers, and found among one's own calls")
  func deprecated() async throws {
    try await run { callers in
      let since = Instant(seconds: 1_790_000_000)
      let sunset = since.advanced(seconds: 86_400)
      let request = Self.version(.deprecated) {
        $0.deprecatedSince = .init(since)
        $0.sunsetAt = .init(sunset)
        $0.successor = "millrace.production.v2"
      }
      let set = try await callers.versions.setVersion(request)
      #expect(set.receipt == .accepted)
      #expect(set.version == request.version)
      #expect(try await callers.versions.setVersion(request).receipt == .duplicate)
      let listed = try await callers.versions.listVersions(.init()).versions
      #expect(
        listed.map(\.package) == [
          "millrace.audit.v1", "millrace.gateway.v1", "millrace.inventory.v1",
          "millrace.masterdata.v1", "millrace.procurement.v1", Self.package, "millrace.quality.v1",
        ])
      #expect(listed.first { $0.package == Self.package } == request.version)
      // Production is not there; the call is counted all the same.
      let production = Production.V1.ProductionServiceClient(callers.planner)
      let down = await refusal {
        _ = try await production.getOrder(
          .with {
            $0.site = "PLANT1"
            $0.orderName = "WH/MO/1"
          })
      }
      #expect(down?.reason == "SERVICE_DOWN")
      _ = try await callers.gateway.listCases(.with { $0.site = "PLANT1" })
      await callers.ledger.flush()
      let own = Gateway.V1.VersionServiceClient(callers.planner)
      let mine = try await own.getMyDeprecations(.init()).deprecations
      #expect(mine.map(\.method) == ["millrace.production.v1.ProductionService/GetOrder"])
      #expect(mine.first?.calls == 1)
      #expect(mine.first?.moveBy == .init(sunset))
      #expect(mine.first?.successor == "millrace.production.v2")
      #expect(mine.first?.lastUsedAt != nil)
      let found2 = try await callers.versions.getMyDeprecations(.init()).deprecations
      #expect(found2.isEmpty)
    }
  }

  @Test("A retired version is refused at once, and served again when that is taken back")
  func retired() async throws {
    try await run { callers in
      let production = Production.V1.ProductionServiceClient(callers.planner)
      func reason() async -> String? {
        await refusal { _ = try await production.listOrders(.with { $0.site = "PLANT1" }) }?.reason
      }
      #expect(await reason() == "SERVICE_DOWN")
      _ = try await callers.versions.setVersion(
        Self.version(.retired) { $0.successor = "millrace.production.v2" })
      #expect(await reason() == "API_VERSION_RETIRED")
      _ = try await Gateway.V1.PartnerServiceClient(callers.admin).putPartner(
        .with {
          $0.partner = .with {
            $0.name = "planner"
            $0.sites = ["PLANT1"]
            $0.roles = ["planner"]
          }
        })
      _ = try await callers.versions.setVersion(
        Self.version(.retired) {
          $0.exceptions = [
            .with {
              $0.partner = "planner"
              $0.until = .init(Environment.system.clock.now.advanced(seconds: 3_600))
            }
          ]
        })
      #expect(await reason() == "SERVICE_DOWN")
      _ = try await callers.versions.setVersion(Self.version(.served))
      #expect(await reason() == "SERVICE_DOWN")
    }
  }

  @Test("What is retired stays deprecated since when it was, and nobody unknown has an exception")
  func retiredSince() async throws {
    let since = Google.ProtobufTypes.Timestamp(Instant(seconds: 1_790_000_000))
    try await run { callers in
      _ = try await callers.versions.setVersion(
        Self.version(.deprecated) { $0.deprecatedSince = since })
      let retired = try await callers.versions.setVersion(Self.version(.retired))
      #expect(retired.version?.deprecatedSince == since)
      let again = try await callers.versions.setVersion(Self.version(.retired))
      #expect(again.receipt == .duplicate)
      _ = try await callers.versions.setVersion(Self.version(.served))
      let now = try await callers.versions.setVersion(Self.version(.retired))
      #expect(now.version?.deprecatedSince != nil)
      #expect(now.version?.deprecatedSince != since)
      let mistyped = await refusal {
        _ = try await callers.versions.setVersion(
          Self.version(.retired) {
            $0.exceptions = [
              .with {
                $0.partner = "plannre"
                $0.until = since
              }
            ]
          })
      }
      #expect(mistyped?.violations.map(\.field) == ["version.exceptions"])
      #expect(mistyped?.message.contains("plannre") == true)
    }
  }

  @Test("A version that breaks rules is refused with every field")
  func violations() async throws {
    let time = Google.ProtobufTypes.Timestamp(Instant(seconds: 1_790_000_000))
    let wrong: [(Gateway.V1.SetVersionRequest, [String])] = [
      (.init(), ["version"]),
      (Self.version(.unspecified, package: "nothing.v1"), ["version.package", "version.state"]),
      (Self.version(.retired, package: "millrace.gateway.v1"), ["version.state"]),
      (Self.version(.deprecated), ["version.deprecated_since"]),
      (
        Self.version(.deprecated) {
          $0.deprecatedSince = time
          $0.sunsetAt = time
        }, ["version.sunset_at"]
      ),
      (
        Self.version(.served) {
          $0.deprecatedSince = time
          $0.sunsetAt = time
          $0.successor = "x"
          $0.exceptions = [.with { $0.partner = "a" }]
        },
        [
          "version.deprecated_since", "version.sunset_at", "version.successor",
          "version.exceptions", "version.exceptions[0].until",
        ]
      ),
      (
        Self.version(.retired) { version in
          version.exceptions = (0..<2).map { _ in
            .with {
              $0.partner = "a"
              $0.until = time
            }
          }
        }, ["version.exceptions[1].partner"]
      ),
    ]
    try await run { callers in
      for (request, fields) in wrong {
        let found = await refusal { _ = try await callers.versions.setVersion(request) }
        #expect(Set(found?.violations.map(\.field) ?? []) == Set(fields))
      }
    }
  }

  @Test("Usage adds up, by pages, for one's own partner and for all")
  func usage() async throws {
    try await run { callers in
      for _ in 0..<3 { _ = try await callers.gateway.listCases(.with { $0.site = "PLANT1" }) }
      _ = try await callers.gateway.listPostings(.with { $0.site = "PLANT1" })
      let denied = await refusal {
        _ = try await callers.gateway.listCases(.with { $0.site = "PLANT2" })
      }
      #expect(denied?.reason == "SITE_NOT_GRANTED")
      await callers.ledger.flush()
      let own = try await Gateway.V1.UsageServiceClient(callers.planner).listUsage(.init()).usage
      let counts = Set(own.map { "\($0.method.split(separator: "/")[1]) \($0.status) \($0.calls)" })
      #expect(counts == ["ListCases OK 3", "ListPostings OK 1", "ListCases PERMISSION_DENIED 1"])
      #expect(own.allSatisfy { $0.partner == "planner" && $0.lastUsedAt != nil })
      #expect(own.allSatisfy { $0.requestBytes > 0 })
      #expect(
        own.map(\.charged).reduce(0, +) == 5, "a call that was let in counts, however it ends")
      let mistyped = await refusal {
        _ = try await callers.usage.listUsage(.with { $0.partner = "plannre" })
      }
      #expect(mistyped?.reason == "PARTNER_NOT_FOUND")
      var (all, token) = ([Gateway.V1.Usage](), "")
      repeat {
        let page = Common.V1.PageRequest.with {
          $0.pageSize = 2
          $0.pageToken = token
        }
        let response = try await callers.usage.listUsage(
          .with {
            $0.partner = "*"
            $0.page = page
          })
        #expect(response.usage.count <= 2)
        all += response.usage
        token = response.page?.nextPageToken ?? ""
      } while !token.isEmpty
      #expect(all.filter { $0.partner == "planner" } == own)
    }
  }

  @Test(
    "Wrong days are refused by their field",
    arguments: [
      ("2026-11-31", "", "first_day"), ("", "yesterday", "last_day"),
      ("2026-11-02", "2026-11-01", "first_day"),
    ])
  func days(first: String, last: String, field: String) async throws {
    try await run { callers in
      let found = await refusal {
        _ = try await callers.usage.listUsage(
          .with {
            $0.firstDay = first
            $0.lastDay = last
          })
      }
      #expect(found?.violations.map(\.field) == [field])
    }
  }
}
