import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcknowledgePurchaseOrder`: the supplier has the order.
struct AcknowledgePurchaseOrder: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.acknowledgePurchaseOrder

  let desk: OrderDesk

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

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    _ = try desk.require(input.site, input.request.orderName, call, snapshot)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.PurchaseOrder
  { try desk.require(input.site, input.request.orderName, nil, snapshot) }

  func write(
    _ input: Input, _ before: Procurement.V1.PurchaseOrder?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.PurchaseOrder {
    var order = try before ?? object(input, fact: fact, transaction)
    try OrderDesk.require(order, .acknowledge)
    order.set(.acknowledged)
    return try desk.put(order, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ order: Procurement.V1.PurchaseOrder, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.AcknowledgePurchaseOrderResponse {
    .with {
      $0.receipt = receipt
      $0.order = order
    }
  }

  func name(_ order: Procurement.V1.PurchaseOrder) -> String { "order \(order.orderName)" }
}
