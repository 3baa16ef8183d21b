import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ClosePurchaseOrder`: the buyer expects nothing more.
struct ClosePurchaseOrder: OrderCommand {
  static let method = Procurement.V1.ProcurementService.closePurchaseOrder
  static let step = PurchaseOrderStep.close
  static let isBuyers = true

  let desk: OrderDesk

  static func orderName(of request: Request) -> String { request.orderName }

  func site(of request: Procurement.V1.ClosePurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ClosePurchaseOrderRequest, _ fields: inout Fields)
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
    order.set(.closed)
    order.endingReason = input.request.reason
  }
}
