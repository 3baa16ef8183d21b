import Contracts
import Environment
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("Archived orders")
struct ArchivedOrderTests {
  private static let year: Int64 = 365 * 86_400 * 1_000

  @Test("read as before, and whatever is said of them again is a duplicate")
  func areAsBefore() async throws {
    try await ProductionFixture.run { production in
      let first = try await Self.closedOrder(production)
      let client = production.client()
      let order = try await production.order()
      let reports = try await client.listReports(Self.reports("WH/MO/00001")).reports
      #expect(order.state == .closed && reports.count == 2)
      try await Self.archive(production, count: 1)

      #expect(try await production.order() == order)
      #expect(try await client.listReports(Self.reports("WH/MO/00001")).reports == reports)
      let again = try await client.reportProduction(Sample.report("event-1"))
      #expect(again.receipt == .duplicate && again.orderState == .closed)
      #expect(again.reportID == first.reportID && again.sequence == first.sequence)
      let released = try await production.gateway.releaseOrder(
        Sample.release(request: "another"))
      #expect(released.receipt == .duplicate && released.order == order)
      let acknowledged = try await client.acknowledgeOrder(Sample.acknowledge(request: "another"))
      #expect(acknowledged.receipt == .duplicate)
    }
  }

  @Test("are listed among the orders, their reports only under their name")
  func lists() async throws {
    try await ProductionFixture.run { production in
      _ = try await Self.closedOrder(production)
      try await Self.archive(production, count: 1)
      let client = production.client()
      let orders = try await client.listOrders(.with { $0.site = ProductionFixture.site }).orders
      #expect(orders.map(\.name) == ["WH/MO/00001", "WH/MO/00002"])
      let reports = try await client.listReports(Self.reports("")).reports
      #expect(reports.map(\.orderName) == ["WH/MO/00002"])
    }
  }

  @Test("refuse what contradicts them as they did before")
  func refusals() async throws {
    try await ProductionFixture.run { production in
      _ = try await Self.closedOrder(production)
      try await Self.archive(production, count: 1)
      try await production.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
        _ = try await production.client().reportProduction(Sample.report("event-1", good: "5"))
      }
      try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
        _ = try await production.client().reportProduction(Sample.report("late"))
      }
      try await production.expectRefusal(.failedPrecondition, "ORDER_ALREADY_RELEASED") {
        var other = Sample.release(request: "another")
        other.itemCode = "CHAIR"
        _ = try await production.gateway.releaseOrder(other)
      }
    }
  }

  @Test("take their outcome from then on, too")
  func outcome() async throws {
    try await ProductionFixture.run { production in
      _ = try await Self.closedOrder(production)
      try await Self.archive(production, count: 1)
      let reversed = Sample.outcome(.reversed, revision: 2, covers: 2)
      #expect(try await production.feed().reportOutcome(reversed).applied)
      #expect(try await production.order().posting?.state == .reversed)
      let reports = try await production.client().listReports(Self.reports("WH/MO/00001")).reports
      #expect(reports.allSatisfy { $0.posting?.state == .reversed })
    }
  }

  @Test("leave the sequence of reports where it is: the order with the newest one stays")
  func newestStays() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      try await Self.close(production, "WH/MO/00001", through: 1) {
        _ = try await production.client().reportProduction(Sample.report(final: true))
      }
      try await Self.archive(production, count: 0)
      try await production.acknowledgedOrder("WH/MO/00002")
      let next = try await production.client().reportProduction(
        Sample.report("event-2", order: "WH/MO/00002"))
      #expect(next.sequence == 2)
      try await Self.archive(production, count: 1)
    }
  }

  /// Closes an order with two reports, and reports once on another one.
  private static func closedOrder(_ production: ProductionFixture) async throws
    -> Production.V1.ReportProductionResponse
  {
    let client = production.client()
    try await production.acknowledgedOrder()
    let first = try await client.reportProduction(Sample.report("event-1"))
    try await close(production, "WH/MO/00001", through: 2) {
      _ = try await client.reportProduction(Sample.report("event-2", final: true))
    }
    try await production.acknowledgedOrder("WH/MO/00002")
    _ = try await client.reportProduction(Sample.report("event-3", order: "WH/MO/00002"))
    return first
  }

  private static func close(
    _ production: ProductionFixture, _ order: String, through sequence: Int64,
    after report: () async throws -> Void
  ) async throws {
    try await report()
    let booked = Sample.outcome(
      .booked, revision: 1, covers: sequence, booked: sequence, order: order)
    #expect(try await production.feed().reportOutcome(booked).applied)
  }

  /// A year later.
  private static func archive(_ production: ProductionFixture, count: Int) async throws {
    production.clock.advance(milliseconds: year)
    let moved = try await production.program.database.archive(
      .orders, closedBefore: production.clock.now)
    #expect(moved == count)
  }

  private static func reports(_ order: String) -> Production.V1.ListReportsRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.orderName = order
    }
  }
}
