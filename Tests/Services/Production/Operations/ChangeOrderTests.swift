import Contracts
import Identity
import Protobuf
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Production

@Suite("ChangeReleasedOrder and AcknowledgeChange", .timeLimit(.minutes(1)))
struct ChangeOrderTests {
  static func change(
    _ request: String = "change-1", planned: String = "12",
    _ more: (inout Production.V1.ChangeReleasedOrderRequest) -> Void = { _ in }
  ) -> Production.V1.ChangeReleasedOrderRequest {
    var change = Production.V1.ChangeReleasedOrderRequest.with {
      $0.site = ProductionFixture.site
      $0.requestID = request
      $0.orderName = "WH/MO/00001"
      $0.plannedQuantity = Sample.quantity(planned)
      $0.components = [Sample.component(1, "BOARD", "24", "1")]
      $0.plannedStartAt = Sample.time
      $0.reason = "the customer wants more"
    }
    more(&change)
    return change
  }

  static func answer(
    _ number: Int64, refusal: String = "", request: String = "answer-1"
  ) -> Production.V1.AcknowledgeChangeRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.requestID = request
      $0.orderName = "WH/MO/00001"
      $0.changeNumber = number
      $0.accept = refusal.isEmpty
      $0.refusalReason = refusal
    }
  }

  @Test("Before the MES has it the order changes at once, and its release is still known")
  func atOnce() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      let changed = try await production.gateway.changeReleasedOrder(Self.change())
      #expect(changed.receipt == .accepted && changed.order?.change?.state == .applied)
      #expect(changed.order?.plannedQuantity?.value == "12")
      #expect(changed.order?.components.map(\.itemCode) == ["BOARD"])
      #expect(try await production.order() == changed.order)
      let again = try await production.gateway.changeReleasedOrder(Self.change())
      #expect(again.receipt == .duplicate && again.order == changed.order)
      let same = try await production.gateway.changeReleasedOrder(Self.change("change-2"))
      #expect(same.receipt == .duplicate && same.order == changed.order)
      let released = try await production.gateway.releaseOrder(
        Sample.release(request: "release-again"))
      #expect(released.receipt == .duplicate && released.order == changed.order)
    }
  }

  @Test(
    "Once taken over the change waits: reports go on, nothing is begun or finished, until it is answered"
  )
  func waits() async throws {
    let folder = try TemporaryFolder.make()
    try await ProductionFixture.run(in: folder) { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      let asked = try await production.gateway.changeReleasedOrder(Self.change())
      #expect(asked.order?.change?.state == .waiting && asked.order?.change?.number == 1)
      #expect(asked.order?.plannedQuantity?.value == "10")
      #expect(asked.order?.change?.plannedQuantity?.value == "12")
      _ = try await client.reportProduction(Sample.report("1"))
      let refusal = try await production.expectRefusal(.failedPrecondition, "CHANGE_WAITING") {
        _ = try await client.reportProduction(Sample.report("2", final: true))
      }
      #expect(refusal?.metadata["change_number"] == "1")
      try await production.expectRefusal(.failedPrecondition, "CHANGE_WAITING") {
        _ = try await client.startWorkOrder(
          .with {
            $0.site = ProductionFixture.site
            $0.header = WorkOrderTests.header("s")
            $0.orderName = "WH/MO/00001"
            $0.operation = "CUT"
          })
      }
    }
    // It still waits when the program has been started again.
    try await ProductionFixture.run(in: folder, seed: 2) { production in
      let client = production.client()
      let accepted = try await client.acknowledgeChange(Self.answer(1))
      #expect(accepted.order?.change?.state == .applied)
      #expect(accepted.order?.change?.answeredBy == ProductionFixture.mes.subject)
      #expect(accepted.order?.plannedQuantity?.value == "12")
      // Consumption follows the order as it is now: 4 of 12 tables, 24 boards.
      #expect(accepted.order?.progress?.components.map(\.consumed?.value) == ["8"])
      let again = try await client.acknowledgeChange(Self.answer(1))
      #expect(again.receipt == .duplicate && again.order == accepted.order)
      let late = try await production.expectRefusal(.failedPrecondition, "CHANGE_NOT_WAITING") {
        _ = try await client.acknowledgeChange(Self.answer(1, refusal: "no", request: "other"))
      }
      #expect(late?.metadata["state"] == "APPLIED")
      _ = try await client.reportProduction(Sample.report("2", good: "8", final: true))
      #expect(try await production.order().state == .completed)
    }
  }

  @Test("The MES refuses with a reason, and the order goes on as it was")
  func refuses() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      _ = try await production.gateway.changeReleasedOrder(Self.change())
      let refused = try await production.client().acknowledgeChange(
        Self.answer(1, refusal: "the material is cut"))
      #expect(refused.order?.change?.state == .refused)
      #expect(refused.order?.change?.refusalReason == "the material is cut")
      #expect(refused.order?.plannedQuantity?.value == "10")
      #expect(refused.order?.components.count == 2)
      var watched: Production.V1.Order?
      for try await response in try await production.client().watchOrders(
        .with { $0.site = ProductionFixture.site })
      {
        watched = response.order
        break
      }
      #expect(watched == refused.order)
    }
  }

  @Test("Only the system of record changes an order; a bad field is named, and nothing changes")
  func refusals() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let before = try await production.order()
      try await production.expectRefusal(.permissionDenied, "NOT_SYSTEM_OF_RECORD") {
        _ = try await production.client().changeReleasedOrder(Self.change())
      }
      for (field, request) in [
        ("planned_quantity.value", Self.change(planned: "0")),
        ("planned_start_at", Self.change { $0.plannedStartAt = nil }),
        ("components[0].line", Self.change { $0.components[0].line = 0 }),
        ("components[1].line", Self.change { $0.components += $0.components }),
        ("reason", Self.change { $0.reason = String(repeating: "x", count: 501) }),
        ("order_name", Self.change { $0.orderName = "" }),
      ] {
        let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
          _ = try await production.gateway.changeReleasedOrder(request)
        }
        #expect(refusal?.violations.map(\.field) == [field])
      }
      try await production.expectRefusal(.failedPrecondition, "UNIT_MISMATCH") {
        _ = try await production.gateway.changeReleasedOrder(
          Self.change { $0.plannedQuantity = Sample.quantity("12", "kg") })
      }
      try await production.expectRefusal(.notFound, "OPERATION_NOT_FOUND") {
        _ = try await production.gateway.changeReleasedOrder(
          Self.change { $0.components[0].operation = "PAINT" })
      }
      try await production.expectRefusal(.failedPrecondition, "CHANGE_NOT_WAITING") {
        _ = try await production.client().acknowledgeChange(Self.answer(1))
      }
      for (field, request) in [
        ("refusal_reason", Self.answer(1).withRefusal("x", accepting: true)),
        ("refusal_reason", Self.answer(1).withRefusal("", accepting: false)),
        ("change_number", Self.answer(0)),
      ] {
        let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
          _ = try await production.client().acknowledgeChange(request)
        }
        #expect(refusal?.violations.map(\.field) == [field])
      }
      #expect(try await production.order() == before)
    }
  }
}

extension Production.V1.AcknowledgeChangeRequest {
  fileprivate func withRefusal(_ reason: String, accepting: Bool) -> Self {
    var copy = self
    copy.refusalReason = reason
    copy.accept = accepting
    return copy
  }
}
