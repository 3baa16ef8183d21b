import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("ReleaseOrder")
struct ReleaseOrderTests {
  @Test("A new order is on the list as it was released")
  func accepted() async throws {
    try await ProductionFixture.run { production in
      let request = Sample.release()
      let response = try await production.gateway.releaseOrder(request)
      #expect(response.receipt == .accepted)
      let order = try #require(response.order)
      #expect(order.name == request.orderName)
      #expect(order.state == .released)
      #expect(order.components == request.components)
      #expect(order.operations == request.operations)
      #expect(order.reportingOperation == "ASSEMBLE")
      #expect(order.plannedQuantity == request.plannedQuantity)
      #expect(order.plannedStartAt == request.plannedStartAt)
      #expect(order.dueAt == nil)
      #expect(order.posting == nil)
      #expect(order.revision == 1)
      #expect(order.releasedAt == Sample.time)
      #expect(order.progress?.components.map(\.consumed?.value) == ["0", "0"])
      #expect(try await production.order() == order)
    }
  }

  @Test("Released again with the same content it is a duplicate, whatever the request's identity")
  func duplicate() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      let again = try await production.gateway.releaseOrder(Sample.release())
      #expect(again.receipt == .duplicate)
      var other = Sample.release(request: "release-2")
      // The same content in another spelling and order.
      other.plannedQuantity = Sample.quantity("10.000")
      other.components.reverse()
      other.operations.reverse()
      other.reportingOperation = "ASSEMBLE"
      let response = try await production.gateway.releaseOrder(other)
      #expect(response.receipt == .duplicate)
      #expect(response.order == again.order)
      #expect(try await production.rowCounts()["orders"] == 1)
    }
  }

  @Test("Released again with other content it is refused")
  func otherContent() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      try await production.expectRefusal(.failedPrecondition, "ORDER_ALREADY_RELEASED") {
        var other = Sample.release(request: "release-2")
        other.plannedQuantity = Sample.quantity("11")
        _ = try await production.gateway.releaseOrder(other)
      }
    }
  }

  @Test("A request's identity is refused with other content")
  func requestReused() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      try await production.expectRefusal(.alreadyExists, "REQUEST_ID_REUSED") {
        _ = try await production.gateway.releaseOrder(Sample.release("WH/MO/00002"))
      }
      // The same text is another identity for another caller.
      let response = try await production.client().acknowledgeOrder(
        Sample.acknowledge(request: "release-1"))
      #expect(response.receipt == .accepted)
    }
  }

  @Test("Only the system of record releases orders")
  func partner() async throws {
    try await ProductionFixture.run { production in
      try await production.expectRefusal(.permissionDenied, "NOT_SYSTEM_OF_RECORD") {
        _ = try await production.client().releaseOrder(Sample.release())
      }
    }
  }

  @Test("The largest order is taken: a thousand lines, two hundred operations")
  func largest() async throws {
    try await ProductionFixture.run { production in
      var request = Sample.release()
      request.components = (1...1_000).map { Sample.component($0, "ITEM-\($0)", "1", "0.01") }
      request.operations = (1...200).map { Sample.operation("OP\($0)", $0) }
      let response = try await production.gateway.releaseOrder(request)
      #expect(response.order?.components == request.components)
      #expect(response.order?.operations == request.operations)
      #expect(response.order?.reportingOperation == "OP200")
    }
  }
}
