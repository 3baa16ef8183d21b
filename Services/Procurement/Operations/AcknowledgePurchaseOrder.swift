import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcknowledgePurchaseOrder`: the supplier has the order.
struct AcknowledgePurchaseOrder: OrderCommand {
  static let method = Procurement.V1.ProcurementService.acknowledgePurchaseOrder
  static let step = PurchaseOrderStep.acknowledge
  static let isBuyers = false

  let desk: OrderDesk

  static func orderName(of request: Request) -> String { request.orderName }

  func site(of request: Procurement.V1.AcknowledgePurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.AcknowledgePurchaseOrderRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
      })
  }

  func change(
    _ order: inout Procurement.V1.PurchaseOrder, _ input: Input, _ transaction: Transaction,
    _ call: Call
  ) throws {
    order.set(.acknowledged)
  }
}
