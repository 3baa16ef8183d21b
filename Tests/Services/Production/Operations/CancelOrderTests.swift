import Contracts
import Identity
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("Orders that end before they are made", .timeLimit(.minutes(1)))
struct CancelOrderTests {
  static func cancel(
    _ ending: Production.V1.OrderEnding, request: String = "cancel-1",
    order: String = "WH/MO/00001", reason: String = "the customer has withdrawn"
  ) -> Production.V1.CancelOrderRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.requestID = request
      $0.orderName = order
      $0.ending = ending
      $0.reason = reason
    }
  }

  private static func cases(
    _ production: ProductionFixture, _ states: [Production.V1.ProductionCaseState] = []
  ) async throws -> [Production.V1.ProductionCase] {
    try await production.client().listProductionCases(
      .with {
        $0.site = ProductionFixture.site
        $0.states = states
        $0.orderName = "WH/MO/00001"
      }
    ).cases
  }

  @Test("Given up before it ran it is CANCELLED, while it ran ABORTED; nothing more is reported")
  func givenUp() async throws {
    for (reports, state) in [(0, Production.V1.OrderState.cancelled), (1, .aborted)] {
      try await ProductionFixture.run { production in
        try await production.acknowledgedOrder()
        for number in 0..<reports {
          _ = try await production.client().reportProduction(Sample.report("before-\(number)"))
        }
        let answer = try await production.gateway.cancelOrder(Self.cancel(.givenUp))
        #expect(answer.receipt == .accepted && answer.order?.state == state)
        #expect(answer.order?.endingReason == "the customer has withdrawn")
        let again = try await production.gateway.cancelOrder(Self.cancel(.givenUp))
        #expect(again.receipt == .duplicate && again.order == answer.order)
        #expect(try await production.order() == answer.order)
        try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
          _ = try await production.client().reportProduction(Sample.report("after"))
        }
        try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
          _ = try await production.gateway.cancelOrder(Self.cancel(.givenUp, request: "other"))
        }
        #expect(try await Self.cases(production).isEmpty)
      }
    }
  }

  @Test("What comes after the end in the ERP system is kept, counted, and one case for a person")
  func afterTheEnd() async throws {
    for (ending, state) in [
      (Production.V1.OrderEnding.cancelledInErp, Production.V1.OrderState.cancelledInErp),
      (.closedInErp, .closedInErp),
    ] {
      try await ProductionFixture.run { production in
        try await production.acknowledgedOrder()
        let client = production.client()
        _ = try await client.reportProduction(Sample.report("1", good: "2"))
        let ended = try await production.gateway.cancelOrder(Self.cancel(ending))
        #expect(ended.order?.state == state)
        let late = try await client.reportProduction(Sample.report("2", good: "3", scrap: "1"))
        #expect(late.receipt == .accepted && late.orderState == state)
        _ = try await client.reportProduction(Sample.report("3", good: "1", operation: "CUT"))
        _ = try await client.reportProduction(Sample.report("3", good: "1", operation: "CUT"))
        _ = try await client.reportProduction(Sample.report("4", good: "1", final: true))
        let order = try await production.order()
        #expect(order.state == state && order.progress?.good?.value == "6")
        let found = try await Self.cases(production, [.open])
        #expect(found.count == 1)
        let one = try #require(found.first)
        #expect(one.reason == "REPORTED_AFTER_END" && one.reportCount == 3)
        #expect(one.good?.value == "4" && one.scrap?.value == "1")
        #expect(one.firstReportSequence == 2 && one.lastReportSequence == 4)
        #expect(one.allowedResolutions == [.newOrder, .correct, .discard])
      }
    }
  }

  @Test(
    "A decision is about what was looked at, and a fact that comes after it opens the case again")
  func decisions() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      _ = try await production.gateway.cancelOrder(Self.cancel(.closedInErp))
      _ = try await client.reportProduction(Sample.report("1", good: "1"))
      let seen = try #require(try await Self.cases(production).first)
      _ = try await client.reportProduction(Sample.report("2", good: "1"))
      func resolve(_ request: String, _ revision: Int64) async throws
        -> Production.V1.ResolveProductionCaseResponse
      {
        try await client.resolveProductionCase(
          .with {
            $0.site = ProductionFixture.site
            $0.requestID = request
            $0.caseID = seen.caseID
            $0.revision = revision
            $0.resolution = .correct
            $0.reason = "booked by hand"
          })
      }
      let changed = try await production.expectRefusal(.failedPrecondition, "CASE_CHANGED") {
        _ = try await resolve("r-1", seen.revision)
      }
      #expect(changed?.metadata["revision"] == "2")
      let resolved = try await resolve("r-1", 2)
      #expect(resolved.productionCase?.state == .resolved)
      #expect(resolved.productionCase?.resolvedBy == ProductionFixture.mes.subject)
      let again = try await resolve("r-1", 2)
      #expect(again.receipt == .duplicate && again.productionCase == resolved.productionCase)
      try await production.expectRefusal(.failedPrecondition, "CASE_STATE") {
        _ = try await resolve("r-2", 3)
      }
      _ = try await client.reportProduction(Sample.report("3", good: "1"))
      let reopened = try #require(try await Self.cases(production, [.open]).first)
      #expect(reopened.caseID == seen.caseID && reopened.reportCount == 3)
      #expect(reopened.resolution == .unspecified && reopened.resolvedAt == nil)
      try await production.expectRefusal(.notFound, "CASE_NOT_FOUND") {
        _ = try await client.resolveProductionCase(
          .with {
            $0.site = ProductionFixture.site
            $0.requestID = "none"
            $0.caseID = String(repeating: "0", count: 32)
            $0.revision = 1
            $0.resolution = .discard
            $0.reason = "x"
          })
      }
    }
  }

  @Test("Only the system of record ends an order, and a bad field is named")
  func rights() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      try await production.expectRefusal(.permissionDenied, "NOT_SYSTEM_OF_RECORD") {
        _ = try await production.client().cancelOrder(Self.cancel(.givenUp))
      }
      for (field, request) in [
        ("ending", Self.cancel(.unspecified)), ("reason", Self.cancel(.givenUp, reason: "")),
        ("request_id", Self.cancel(.givenUp, request: "")),
        ("order_name", Self.cancel(.givenUp, order: "MO 1")),
      ] {
        let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
          _ = try await production.gateway.cancelOrder(request)
        }
        #expect(refusal?.violations.map(\.field) == [field])
      }
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await production.gateway.cancelOrder(Self.cancel(.givenUp, order: "NONE"))
      }
    }
  }
}
