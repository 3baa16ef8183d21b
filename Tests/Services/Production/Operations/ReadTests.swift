import Contracts
import Foundation
import Protobuf
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Production

@Suite("GetOrder, ListOrders, AcknowledgeOrder, ListReports")
struct ReadTests {
  private static func orders(
    _ page: Common.V1.PageRequest = .init(), states: [Production.V1.OrderState] = [],
    site: String = ProductionFixture.site
  ) -> Production.V1.ListOrdersRequest {
    .with {
      $0.site = site
      $0.states = states
      $0.page = page
    }
  }

  private static func page(_ size: Int32, after token: String = "") -> Common.V1.PageRequest {
    .with {
      $0.pageSize = size
      $0.pageToken = token
    }
  }

  @Test("An order that is not there is not found, under every RPC that names one")
  func notFound() async throws {
    try await ProductionFixture.run { production in
      let client = production.client()
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await client.getOrder(Sample.get("NONE"))
      }
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await client.acknowledgeOrder(Sample.acknowledge("NONE"))
      }
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await client.listReports(
          .with {
            $0.site = ProductionFixture.site
            $0.orderName = "NONE"
          })
      }
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await production.feed().reportOutcome(
          Sample.outcome(.stated, revision: 1, covers: 0, order: "NONE"))
      }
    }
  }

  @Test("An order is acknowledged once; said again, by whatever request, it is a duplicate")
  func acknowledge() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      let client = production.client()
      let first = try await client.acknowledgeOrder(Sample.acknowledge())
      #expect(first.receipt == .accepted)
      #expect(first.order?.state == .acknowledged)
      #expect(first.order?.revision == 2)
      #expect(try await client.acknowledgeOrder(Sample.acknowledge()).receipt == .duplicate)
      _ = try await client.reportProduction(Sample.report())
      let later = try await client.acknowledgeOrder(Sample.acknowledge(request: "again"))
      #expect(later.receipt == .duplicate)
      #expect(later.order?.state == .running)
      try await production.expectRefusal(.alreadyExists, "REQUEST_ID_REUSED") {
        _ = try await client.acknowledgeOrder(Sample.acknowledge("WH/MO/00002"))
      }
    }
  }

  @Test("Orders are listed by name, page by page, without gap or repetition")
  func listOrders() async throws {
    try await ProductionFixture.run { production in
      let names = ["MO-1", "MO-10", "MO-2", "a.b.c", "z~!"].sorted()
      for name in names.reversed() {
        _ = try await production.gateway.releaseOrder(Sample.release(name, request: name))
      }
      _ = try await production.gateway.releaseOrder(Sample.release("OTHER", site: "PLANT2"))
      let client = production.client()
      for size in 1...6 {
        var listed: [String] = []
        var token = ""
        repeat {
          let response = try await client.listOrders(
            Self.orders(Self.page(Int32(size), after: token)))
          #expect(response.orders.count <= size)
          listed += response.orders.map(\.name)
          token = response.page?.nextPageToken ?? ""
        } while !token.isEmpty
        #expect(listed == names, "pages of \(size)")
      }
    }
  }

  @Test("A filter keeps the other states out, and its page tokens belong to it")
  func filter() async throws {
    try await ProductionFixture.run { production in
      for name in ["A", "B", "C"] {
        _ = try await production.gateway.releaseOrder(Sample.release(name, request: name))
      }
      let client = production.client()
      _ = try await client.acknowledgeOrder(Sample.acknowledge("B"))
      let released = try await client.listOrders(
        Self.orders(Self.page(1), states: [.released, .running]))
      #expect(released.orders.map(\.name) == ["A"])
      let token = try #require(released.page?.nextPageToken)
      let rest = try await client.listOrders(
        Self.orders(Self.page(1, after: token), states: [.running, .released, .running]))
      #expect(rest.orders.map(\.name) == ["C"])
      #expect(rest.page?.nextPageToken == "")
      try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
        _ = try await client.listOrders(Self.orders(Self.page(1, after: token)))
      }
    }
  }

  @Test("A page token from before a restore is refused as such")
  func restoredPage() async throws {
    let first = try await ProductionFixture.run { production in
      for name in ["A", "B"] {
        _ = try await production.gateway.releaseOrder(Sample.release(name, request: name))
      }
      let response = try await production.client().listOrders(Self.orders(Self.page(1)))
      return try #require(response.page?.nextPageToken)
    }
    try await ProductionFixture.run(seed: 2) { production in
      try await production.expectRefusal(.failedPrecondition, "FEED_RESTORED") {
        _ = try await production.client().listOrders(Self.orders(Self.page(1, after: first)))
      }
    }
  }

  @Test("Reports are listed in the order they were recorded, each with its own posting")
  func listReports() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      try await production.acknowledgedOrder("WH/MO/00002")
      let client = production.client()
      for index in 1...5 {
        let order = index.isMultiple(of: 2) ? "WH/MO/00002" : "WH/MO/00001"
        _ = try await client.reportProduction(
          Sample.report("event-\(index)", good: "1", order: order))
      }
      _ = try await production.feed().reportOutcome(
        Sample.outcome(.rejected, revision: 1, covers: 3, booked: 1))
      func list(_ order: String) async throws -> [Production.V1.Report] {
        var reports: [Production.V1.Report] = []
        var token = ""
        repeat {
          let response = try await client.listReports(
            .with {
              $0.site = ProductionFixture.site
              $0.orderName = order
              $0.page = Self.page(2, after: token)
            })
          reports += response.reports
          token = response.page?.nextPageToken ?? ""
        } while !token.isEmpty
        return reports
      }
      let all = try await list("")
      #expect(all.map(\.header?.sourceEventID) == (1...5).map { "event-\($0)" })
      #expect(all.map(\.sequence) == [1, 2, 3, 4, 5])
      let own = try await list("WH/MO/00001")
      #expect(own.map(\.sequence) == [1, 3, 5])
      #expect(own.map(\.posting?.state) == [.booked, .rejected, .queued])
      #expect(own.map(\.posting?.reason) == ["", "ODOO_HOLDS_MORE", ""])
      #expect(own.map(\.good?.unit) == ["Units", "Units", "Units"])
      #expect(own.map(\.operation) == ["ASSEMBLE", "ASSEMBLE", "ASSEMBLE"])
      #expect(own.first?.receivedAt == Sample.time)
      #expect(try await list("WH/MO/00002").map(\.sequence) == [2, 4])
    }
  }

  @Test("Everything is as it was after a restart")
  func restart() async throws {
    let folder = try TemporaryFolder.make()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let before = try await ProductionFixture.run(in: folder) { production in
      try await production.acknowledgedOrder()
      _ = try await production.client().reportProduction(
        Sample.report("cut", good: "7", scrap: "1", operation: "CUT"))
      _ = try await production.client().reportProduction(Sample.report(good: "2.5"))
      return try await production.order()
    }
    try await ProductionFixture.run(in: folder, seed: 2) { production in
      #expect(try await production.order() == before)
      let again = try await production.client().reportProduction(Sample.report(good: "2.5"))
      #expect(again.receipt == .duplicate)
      #expect(again.sequence == 2)
    }
  }
}
