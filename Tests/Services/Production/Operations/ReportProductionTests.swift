import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("ReportProduction")
struct ReportProductionTests {
  @Test("A report is recorded once and moves state, totals and consumption")
  func accepted() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let response = try await production.client().reportProduction(
        Sample.report(good: "3", scrap: "1"))
      #expect(response.receipt == .accepted)
      #expect(response.orderState == .running)
      #expect(response.sequence == 1)
      #expect(Identifier(hexadecimal: response.reportID) != nil)
      let order = try await production.order()
      #expect(order.state == .running)
      #expect(order.progress?.good?.value == "3")
      #expect(order.progress?.scrap?.value == "1")
      #expect(order.progress?.reportCount == 1)
      // 4 of 10: two fifths of 20 and of 0.7, the latter 0.28.
      #expect(order.progress?.components.map(\.consumed?.value) == ["8", "0.28"])
      #expect(order.progress?.operations.map(\.good?.value) == ["0", "3"])
      #expect(order.posting?.state == .queued)
      #expect(order.revision == 3)
    }
  }

  @Test("Said again it is a duplicate with the same identifier and sequence, in every later state")
  func duplicate() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      let first = try await client.reportProduction(Sample.report())
      func again(_ state: Production.V1.OrderState) async throws {
        var report = Sample.report()
        // Another spelling of the same content, and another correlation id.
        report.good = Sample.quantity("4.0")
        report.scrap = Sample.quantity("0")
        report.header?.correlationID = "second-try"
        let response = try await client.reportProduction(report)
        #expect(response.receipt == .duplicate)
        #expect(response.reportID == first.reportID)
        #expect(response.sequence == first.sequence)
        #expect(response.orderState == state)
      }
      try await again(.running)
      _ = try await client.reportProduction(Sample.report("event-2", good: "6", final: true))
      try await again(.completed)
      _ = try await production.feed().reportOutcome(
        Sample.outcome(.booked, revision: 1, covers: 2, booked: 2))
      try await again(.closed)
      #expect(try await production.order().progress?.reportCount == 2)
      #expect(try await production.rowCounts()["reports"] == 2)
    }
  }

  /// What must be the same when the identity is.
  static let otherContents: [@Sendable (inout Production.V1.ReportProductionRequest) -> Void] = [
    { $0.good = Sample.quantity("5") }, { $0.scrap = Sample.quantity("1") },
    { $0.good = Sample.quantity("4", "kg") }, { $0.final = true }, { $0.operation = "CUT" },
    { $0.orderName = "WH/MO/00002" }, { $0.header?.occurredAt?.seconds += 1 },
    { $0.header?.sourceSequence = 7 },
    {
      $0.good = nil; $0.scrap = Sample.quantity("4")
    },
  ]

  @Test("The same identity with other content is refused, before any other rule")
  func reused() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      _ = try await production.client().reportProduction(Sample.report())
      for change in Self.otherContents {
        try await production.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
          var report = Sample.report()
          change(&report)
          _ = try await production.client().reportProduction(report)
        }
      }
    }
  }

  @Test("A fact is a fact whoever carries it: the identity is the source's, not the caller's")
  func otherCaller() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      _ = try await production.client().reportProduction(Sample.report())
      let other = try await production.client(ProductionFixture.otherMES)
        .reportProduction(Sample.report())
      #expect(other.receipt == .duplicate)
      var otherSource = Sample.report()
      otherSource.header?.sourceSystem = "mes-2"
      let response = try await production.client().reportProduction(otherSource)
      #expect(response.receipt == .accepted)
    }
  }

  @Test("A refused report is not remembered: repaired, or sent when its time has come, it is taken")
  func refusedIsForgotten() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      let refusal = try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
        _ = try await production.client().reportProduction(Sample.report())
      }
      #expect(refusal?.message.contains("RELEASED") == true)
      #expect(refusal?.metadata["allowed"] == "ACKNOWLEDGED, RUNNING")
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      let response = try await production.client().reportProduction(Sample.report(good: "5"))
      #expect(response.receipt == .accepted)
    }
  }

  /// A report of an order that may be reported on, spoilt; code, reason.
  static let refusals:
    [(RefusalCode, String, @Sendable (inout Production.V1.ReportProductionRequest) -> Void)] = [
      (.notFound, "ORDER_NOT_FOUND", { $0.orderName = "WH/MO/99999" }),
      (.notFound, "OPERATION_NOT_FOUND", { $0.operation = "POLISH" }),
      (.failedPrecondition, "UNIT_MISMATCH", { $0.good = Sample.quantity("1", "kg") }),
      (.failedPrecondition, "UNIT_MISMATCH", { $0.scrap = Sample.quantity("0", "units") }),
      (.failedPrecondition, "OVER_PRODUCTION", { $0.good = Sample.quantity("11.000001") }),
      (
        .failedPrecondition, "QUANTITY_OVERFLOW",
        {
          $0.operation = "CUT"
          $0.good = Sample.quantity("999999999999")
          $0.scrap = Sample.quantity("1")
        }
      ),
      (
        .failedPrecondition, "FINAL_OPERATION",
        {
          $0.operation = "CUT"
          $0.final = true
        }
      ),
      (.permissionDenied, "SITE_NOT_GRANTED", { $0.site = "PLANT2" }),
      (.notFound, "SITE_UNKNOWN", { $0.site = "GHOST" }),
    ]

  @Test("What does not fit the order is refused with its reason, and nothing is stored")
  func refused() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      for (code, reason, change) in Self.refusals {
        try await production.expectRefusal(code, reason) {
          var report = Sample.report()
          change(&report)
          _ = try await production.client().reportProduction(report)
        }
      }
      _ = try await production.client().reportProduction(Sample.report("last", final: true))
      try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
        _ = try await production.client().reportProduction(Sample.report("after-last"))
      }
    }
  }

  @Test("An order with tracked items is taken in, its reports are not")
  func tracking() async throws {
    try await ProductionFixture.run { production in
      var request = Sample.release()
      request.components[1].tracking = .lot
      _ = try await production.gateway.releaseOrder(request)
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      let refusal = try await production.expectRefusal(
        .failedPrecondition, "TRACKING_NOT_SUPPORTED"
      ) {
        _ = try await production.client().reportProduction(Sample.report())
      }
      #expect(refusal?.metadata["item_code"] == "VARNISH")
    }
  }

  @Test("A hundred and twenty-eight callers at once, some saying the same: each fact counts once")
  func concurrency() async throws {
    try await ProductionFixture.run { production in
      var release = Sample.release()
      release.plannedQuantity = Sample.quantity("100000")
      _ = try await production.gateway.releaseOrder(release)
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      let client = production.client()
      let receipts = try await withThrowingTaskGroup(of: Common.V1.Receipt.self) { group in
        for caller in 0..<128 {
          group.addTask {
            // Two callers each share their events.
            try await client.reportProduction(Sample.report("event-\(caller / 2)", good: "1"))
              .receipt
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(receipts.count { $0 == .accepted } == 64)
      #expect(receipts.count { $0 == .duplicate } == 64)
      let order = try await production.order()
      #expect(order.progress?.good?.value == "64")
      #expect(order.progress?.reportCount == 64)
      let counts = try await production.rowCounts()
      // A release and an acknowledgement beside the reports, and of work orders: two that are new, one that is ready,
      // one that the first report starts.
      #expect(counts["rs_outbox"] == 70)
      #expect(counts["rs_audit"] == 66)
      #expect(counts["rs_fact_ledger"] == 66)
    }
  }
}
