import Contracts
import Protobuf
import RPC
import ServiceKit
import Testing

@testable import Gateway

@Suite("Gateway's own service", .timeLimit(.minutes(2)))
struct GatewayServiceTests {
  private typealias Client = Gateway.V1.GatewayServiceClient

  private func refusal(_ call: () async throws -> Void) async -> Refusal? {
    do { try await call() } catch { return error as? Refusal }
    return nil
  }

  @Test("A new Gateway has no postings and no cases, and has not reached Odoo yet")
  func empty() async throws {
    try await GatewayFixture.run { _, caller, _ in
      let client = Client(caller)
      #expect(try await client.listPostings(.with { $0.site = "PLANT1" }).postings.isEmpty)
      #expect(try await client.listCases(.with { $0.site = "PLANT1" }).cases.isEmpty)
      let status = try await client.getOdooStatus(.with { $0.site = "PLANT1" })
      #expect(!status.reachable)
      #expect(status.lastAnswerAt == nil)
      #expect(status.calls.isEmpty)
    }
  }

  @Test("Every method of the contract is there, for callers with a key only")
  func everyMethod() async throws {
    try await GatewayFixture.run { channel, _, _ in
      let client = Client(RPCCaller(channel))
      let calls: [() async throws -> Void] = [
        { _ = try await client.listPostings(.with { $0.site = "PLANT1" }) },
        { _ = try await client.listCases(.with { $0.site = "PLANT1" }) },
        { _ = try await client.getOdooStatus(.with { $0.site = "PLANT1" }) },
      ]
      #expect(calls.count == Gateway.V1.GatewayService.methodNames.count)
      for call in calls {
        #expect(await refusal(call)?.reason == "CREDENTIAL_MISSING")
      }
    }
  }

  @Test("Sites are checked before anything is told about them")
  func sites() async throws {
    try await GatewayFixture.run { _, caller, _ in
      let client = Client(caller)
      let expected = [
        ("PLANT2", RefusalCode.permissionDenied, "SITE_NOT_GRANTED"),
        ("GHOST", .notFound, "SITE_UNKNOWN"), ("", .invalidArgument, "INVALID_FIELDS"),
        ("no site", .invalidArgument, "INVALID_FIELDS"),
      ]
      for (site, code, reason) in expected {
        let calls: [() async throws -> Void] = [
          { _ = try await client.listPostings(.with { $0.site = site }) },
          { _ = try await client.listCases(.with { $0.site = site }) },
          { _ = try await client.getOdooStatus(.with { $0.site = site }) },
        ]
        for call in calls {
          let refusal = await refusal(call)
          #expect(refusal?.code == code, "\(site)")
          #expect(refusal?.reason == reason, "\(site)")
        }
      }
    }
  }

  @Test("A wrong page is refused by its field")
  func pages() async throws {
    try await GatewayFixture.run { _, caller, _ in
      let client = Client(caller)
      let pages: [(Common.V1.PageRequest, String)] = [
        (.with { $0.pageSize = -1 }, "page.page_size"),
        (.with { $0.pageSize = 501 }, "page.page_size"),
        (.with { $0.pageToken = "x" }, "page.page_token"),
      ]
      for (page, field) in pages {
        let calls: [() async throws -> Void] = [
          {
            _ = try await client.listPostings(
              .with {
                $0.site = "PLANT1"
                $0.page = page
              })
          },
          {
            _ = try await client.listCases(
              .with {
                $0.site = "PLANT1"
                $0.page = page
              })
          },
        ]
        for call in calls {
          #expect(await refusal(call)?.violations.map(\.field) == [field])
        }
      }
    }
  }

  @Test("Health needs no key, Production is reached through the front, feeds are not")
  func otherPaths() async throws {
    try await GatewayFixture.run { channel, caller, _ in
      let health = Grpc.Health.V1.HealthClient(RPCCaller(channel))
      let answer = try await health.check(.init())
      #expect(answer.status == .notServing)
      let production = Production.V1.ProductionServiceClient(caller)
      let down = await refusal { _ = try await production.listOrders(.with { $0.site = "PLANT1" }) }
      #expect(down?.reason == "SERVICE_DOWN")
      #expect(down?.retryDelayMilliseconds != nil)
      let feed = Events.V1.EventFeedServiceClient(caller)
      let closed = await refusal { _ = try await feed.acknowledge(.init()) }
      #expect(closed?.code == .unimplemented)
    }
  }
}
