import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

/// Good requests, to be sent as they are or spoilt.
enum Sample {
  /// A moment within every range: the manual clock's start.
  static let time = Google.ProtobufTypes.Timestamp(Instant(seconds: 1_780_000_000))

  static func quantity(_ value: String, _ unit: String = "Units") -> Common.V1.Quantity {
    .with {
      $0.value = value
      $0.unit = unit
    }
  }

  static func release(
    _ order: String = "WH/MO/00001", request: String = "release-1",
    site: String = ProductionFixture.site
  ) -> Production.V1.ReleaseOrderRequest {
    .with {
      $0.site = site
      $0.requestID = request
      $0.orderName = order
      $0.itemCode = "TABLE"
      $0.plannedQuantity = quantity("10")
      $0.components = [component(1, "BOARD", "20", "1"), component(2, "VARNISH", "0.7", "0.01")]
      $0.operations = [operation("CUT", 1), operation("ASSEMBLE", 2)]
      $0.plannedStartAt = time
      $0.tracking = .none
    }
  }

  static func component(_ line: Int32, _ item: String, _ demand: String, _ rounding: String)
    -> Production.V1.Component
  {
    .with {
      $0.line = line
      $0.itemCode = item
      $0.demand = quantity(demand, "kg")
      $0.unitRounding = rounding
      $0.tracking = .none
    }
  }

  static func operation(_ code: String, _ position: Int32) -> Production.V1.Operation {
    .with {
      $0.code = code
      $0.position = position
      $0.workCenterCode = "WC-1"
      $0.expectedDurationSeconds = 600
    }
  }

  static func acknowledge(_ order: String = "WH/MO/00001", request: String = "acknowledge-1")
    -> Production.V1.AcknowledgeOrderRequest
  {
    .with {
      $0.site = ProductionFixture.site
      $0.requestID = request
      $0.orderName = order
    }
  }

  static func report(
    _ event: String = "event-1", good: String = "4", scrap: String? = nil, final: Bool = false,
    order: String = "WH/MO/00001", operation: String = ""
  ) -> Production.V1.ReportProductionRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.header = .with {
        $0.sourceSystem = "mes"
        $0.sourceEventID = event
        $0.occurredAt = time
      }
      $0.orderName = order
      $0.operation = operation
      $0.good = quantity(good)
      $0.scrap = scrap.map { quantity($0) }
      $0.final = final
    }
  }

  static func get(_ order: String = "WH/MO/00001") -> Production.V1.GetOrderRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.orderName = order
    }
  }

  static func outcome(
    _ state: Common.V1.PostingState, revision: Int64, covers: Int64, booked: Int64 = 0,
    order: String = "WH/MO/00001"
  ) -> Events.V1.ReportOutcomeRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.orderName = order
      $0.revision = revision
      $0.state = state
      $0.coversThroughSequence = covers
      $0.bookedThroughSequence = booked
      if [.rejected, .unknown].contains(state) { $0.reason = "ODOO_HOLDS_MORE" }
      if state == .booked { $0.document = "WH/MO/00001" }
    }
  }
}

extension ProductionFixture {
  /// An order that may be reported on.
  func acknowledgedOrder(_ name: String = "WH/MO/00001") async throws {
    _ = try await gateway.releaseOrder(Sample.release(name, request: "release-\(name)"))
    _ = try await client().acknowledgeOrder(
      Sample.acknowledge(name, request: "acknowledge-\(name)"))
  }

  func order(_ name: String = "WH/MO/00001") async throws -> Production.V1.Order {
    try #require(try await client().getOrder(Sample.get(name)).order)
  }

  /// Expects a call to be refused with a code and a reason, and to have stored nothing but, when it
  /// was refused for lack of rights or of a credential, who tried.
  @discardableResult
  func expectRefusal(
    _ code: RefusalCode, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ call: () async throws -> Void
  ) async throws -> Refusal? {
    var expected = try await rowCounts()
    if [.permissionDenied, .unauthenticated].contains(code) {
      expected["rs_audit", default: 0] += 1
    }
    let refusal = await #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
      try await call()
    }
    #expect(refusal?.code == code, "\(String(describing: refusal))", sourceLocation: sourceLocation)
    #expect(refusal?.reason == reason, sourceLocation: sourceLocation)
    #expect(try await rowCounts() == expected, sourceLocation: sourceLocation)
    return refusal
  }
}
