import Contracts
import Environment
import Houses
import Identity
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Procurement

/// Procurement as its callers meet it.
struct ProcurementFixture {
  let house: HouseFixture
  let parts: ProcurementService.Parts

  /// Runs a body against the service, several times over the same records when it names their folder.
  static func run<T>(
    in folder: String? = nil, seed: UInt64 = 1, _ body: (ProcurementFixture) async throws -> T
  ) async throws -> T {
    var parts: ProcurementService.Parts?
    let settings = """
      "sites": [{"code": "PLANT1", "overDeliveryTolerancePercent": "10"}, {"code": "PLANT2"}]
      """
    return try await HouseFixture.run(.procurement, in: folder, seed: seed, settings: settings) {
      file in
      let configuration = try await ProcurementConfiguration.load(file)
      return (
        configuration.service,
        { environment in
          let made = ProcurementService.Parts(configuration, environment)
          parts = made
          return ProcurementService.plan(configuration, made)
        }
      )
    } body: {
      try await body(ProcurementFixture(house: $0, parts: try #require(parts)))
    }
  }

  var buyer: Procurement.V1.ProcurementServiceClient { .init(house.caller(as: "buyer")) }

  /// A supplier, or a carrier, by its code.
  func supplier(_ code: String) -> Procurement.V1.ProcurementServiceClient {
    .init(house.caller(as: "partner-\(code)", code: code))
  }

  /// Publishes an order and lets its supplier acknowledge it.
  @discardableResult
  func publish(_ name: String, _ supplier: String = "V-1", quantity: String = "10") async throws
    -> Procurement.V1.PurchaseOrder
  {
    _ = try await buyer.publishPurchaseOrder(
      Sample.order(name, supplier: supplier, quantity: quantity))
    return try #require(
      try await self.supplier(supplier).acknowledgePurchaseOrder(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "ack-\(name)"
          $0.orderName = name
        }
      ).order)
  }

  func order(_ name: String) async throws -> Procurement.V1.PurchaseOrder {
    try #require(
      try await buyer.getPurchaseOrder(
        .with {
          $0.site = HouseFixture.site
          $0.orderName = name
        }
      ).order)
  }
}

/// Good requests, to be sent as they are or spoilt.
enum Sample {
  static let due = Google.ProtobufTypes.Timestamp(Instant(seconds: 1_790_000_000))

  static func quantity(_ value: String, _ unit: String = "kg") -> Common.V1.Quantity {
    .with {
      $0.value = value
      $0.unit = unit
    }
  }

  static func header(_ event: String) -> Common.V1.FactHeader {
    .with {
      $0.sourceSystem = "edi"
      $0.sourceEventID = event
      $0.occurredAt = .init(Instant(seconds: 1_780_000_000))
    }
  }

  static func line(_ number: Int32, _ item: String, _ quantity: String, price: String = "2.50")
    -> Procurement.V1.PurchaseOrderLine
  {
    .with {
      $0.line = number
      $0.itemCode = item
      $0.quantity = Sample.quantity(quantity)
      $0.unitPrice = price
      $0.schedule = [
        .with {
          $0.quantity = Sample.quantity(quantity)
          $0.dueAt = due
        }
      ]
    }
  }

  /// An order of two lines: steel, and half as much oil.
  static func order(_ name: String, supplier: String = "V-1", quantity: String = "10")
    -> Procurement.V1.PublishPurchaseOrderRequest
  {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = "publish-\(name)"
      $0.orderName = name
      $0.supplierCode = supplier
      $0.currency = "EUR"
      $0.lines = [line(1, "STEEL", quantity), line(2, "OIL", "5")]
    }
  }

  static func accepted(_ line: Int32) -> Procurement.V1.LineConfirmation {
    .with {
      $0.line = line
      $0.answer = .accepted
    }
  }

  static func confirm(
    _ order: String, revision: Int64 = 1, _ lines: [Procurement.V1.LineConfirmation],
    request: String = "confirm"
  ) -> Procurement.V1.ConfirmPurchaseOrderRequest {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = "\(request)-\(order)"
      $0.orderName = order
      $0.contentRevision = revision
      $0.lines = lines
    }
  }

  /// A code with its check digit.
  static func sscc(_ number: Int) -> String {
    let digits = "0" + String(repeating: "0", count: 16 - "\(number)".count) + "\(number)"
    for check in 0...9 where SSCC.violation(of: digits + "\(check)") == nil {
      return digits + "\(check)"
    }
    return ""
  }

  static func content(_ order: String, _ quantity: String, line: Int32 = 1, lot: String = "C-1")
    -> Procurement.V1.PackageContent
  {
    .with {
      $0.orderName = order
      $0.line = line
      $0.lot = lot
      $0.quantity = Sample.quantity(quantity)
    }
  }

  static func notice(
    _ number: String, supplier: String = "V-1", package: Int = 1, carrier: String = "",
    _ contents: [Procurement.V1.PackageContent]
  ) -> Procurement.V1.SubmitShipNoticeRequest {
    .with {
      $0.site = HouseFixture.site
      $0.header = header("notice-\(number)")
      $0.noticeNumber = number
      $0.supplierCode = supplier
      $0.carrierCode = carrier
      $0.packages = [
        .with {
          $0.sscc = sscc(package)
          $0.contents = contents
        }
      ]
    }
  }

  static func receipt(
    _ event: String, notice: String, supplier: String = "V-1", final: Bool = true,
    _ items: [(order: String, lot: String, quantity: String, damaged: String)]
  ) -> Procurement.V1.RecordReceiptRequest {
    .with {
      $0.site = HouseFixture.site
      $0.header = header(event)
      $0.supplierCode = supplier
      $0.noticeNumber = notice
      $0.final = final
      $0.items = items.map { item in
        .with {
          $0.orderName = item.order
          $0.line = 1
          $0.lot = item.lot
          $0.quantity = Sample.quantity(item.quantity)
          if !item.damaged.isEmpty { $0.damaged = Sample.quantity(item.damaged) }
        }
      }
    }
  }
}
