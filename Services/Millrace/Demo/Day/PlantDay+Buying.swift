import Contracts
import Environment
import Protobuf
import ServiceKit
import Values

/// How the steel comes.
extension PlantDay {
  func buy(_ unit: String) async throws {
    let quantity = try bought()
    let due = Google.ProtobufTypes.Timestamp(Environment.system.clock.now.advanced(seconds: 86_400))
    let line = Procurement.V1.PurchaseOrderLine.with {
      $0.line = 1
      $0.itemCode = steel.item
      $0.quantity = amount(quantity, unit)
      $0.unitPrice = "2.50"
      $0.schedule = [
        .with {
          $0.quantity = amount(quantity, unit)
          $0.dueAt = due
        }
      ]
    }
    _ = try await crew.planner.procurement.publishPurchaseOrder(
      .with {
        $0.site = Self.site
        $0.requestID = "publish"
        $0.orderName = DayReport.purchaseOrder
        $0.supplierCode = Crew.supplierCode
        $0.currency = "EUR"
        $0.lines = [line]
      })
    _ = try await crew.supplier.procurement.acknowledgePurchaseOrder(
      .with {
        $0.site = Self.site
        $0.requestID = "acknowledge"
        $0.orderName = DayReport.purchaseOrder
      })
    _ = try await crew.supplier.procurement.confirmPurchaseOrder(
      .with {
        $0.site = Self.site
        $0.requestID = "confirm"
        $0.orderName = DayReport.purchaseOrder
        $0.contentRevision = 1
        $0.lines = [
          .with {
            $0.line = 1
            $0.answer = .accepted
          }
        ]
      })
    _ = try await crew.supplier.procurement.submitShipNotice(
      .with {
        $0.site = Self.site
        $0.header = Crew.header("notice")
        $0.noticeNumber = DayReport.notice
        $0.supplierCode = Crew.supplierCode
        $0.packages = [
          .with {
            $0.sscc = "376104250021234569"
            $0.contents = [
              .with {
                $0.orderName = DayReport.purchaseOrder
                $0.line = 1
                $0.lot = Self.lot
                $0.quantity = amount(quantity, unit)
              }
            ]
          }
        ]
      })
    say(
      "\(Crew.supplierCode) confirmed the purchase of \(quantity) \(unit) of \(steel.item), and sent it."
    )
  }

  func receive(_ unit: String) async throws {
    let quantity = try bought()
    let received = try await crew.wms.procurement.recordReceipt(
      .with {
        $0.site = Self.site
        $0.header = Crew.header("receipt")
        $0.supplierCode = Crew.supplierCode
        $0.noticeNumber = DayReport.notice
        $0.final = true
        $0.items = [
          .with {
            $0.sscc = "376104250021234569"
            $0.orderName = DayReport.purchaseOrder
            $0.line = 1
            $0.lot = Self.lot
            $0.quantity = amount(quantity, unit)
          }
        ]
      })
    _ = try await move(
      "receipt", .receipt, steel.item, Self.lot, quantity, unit, to: Self.receiving
    ) {
      $0.supplierCode = Crew.supplierCode
      $0.document = DayReport.notice
    }
    let state = received.notice?.state == .received ? "as announced" : "otherwise than announced"
    say("It was received \(state), as the lot \(Self.lot), and put to \(Self.receiving).")
  }
}
