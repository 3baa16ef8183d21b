import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ClosePurchaseOrder`: the buyer expects nothing more.
struct ClosePurchaseOrder: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.closePurchaseOrder

  let desk: OrderDesk

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

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.PurchaseOrder
  { try desk.require(input.site, input.request.orderName, nil, snapshot) }

  func write(
    _ input: Input, _ before: Procurement.V1.PurchaseOrder?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.PurchaseOrder {
    var order = try before ?? object(input, fact: fact, transaction)
    try OrderDesk.require(order, .close)
    order.set(.closed)
    order.endingReason = input.request.reason
    return try desk.put(order, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ order: Procurement.V1.PurchaseOrder, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.ClosePurchaseOrderResponse {
    .with {
      $0.receipt = receipt
      $0.order = order
    }
  }

  func name(_ order: Procurement.V1.PurchaseOrder) -> String { "order \(order.orderName)" }
}
