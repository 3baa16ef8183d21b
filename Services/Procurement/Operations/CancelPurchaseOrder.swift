import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CancelPurchaseOrder`: the buyer gives an order up.
struct CancelPurchaseOrder: OrderCommand {
  static let method = Procurement.V1.ProcurementService.cancelPurchaseOrder
  static let step = PurchaseOrderStep.cancel
  static let isBuyers = true

  let desk: OrderDesk

  static func orderName(of request: Request) -> String { request.orderName }

  func site(of request: Procurement.V1.CancelPurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.CancelPurchaseOrderRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func change(
    _ order: inout Procurement.V1.PurchaseOrder, _ input: Input, _ transaction: Transaction,
    _ call: Call
  ) throws {
    for line in order.lines where try !order.progress(of: line.line).shipped.isZero {
      throw ProcurementError.orderShipped(order.orderName)
    }
    order.set(.cancelled)
    order.endingReason = input.request.reason
  }
}
