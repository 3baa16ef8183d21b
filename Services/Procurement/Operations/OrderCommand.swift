import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// An answer with an order.
protocol OrderAnswer: Message {
  var receipt: Common.V1.Receipt { get set }
  var order: Procurement.V1.PurchaseOrder? { get set }
  init()
}

extension Procurement.V1.PublishPurchaseOrderResponse: OrderAnswer {}
extension Procurement.V1.ChangePurchaseOrderResponse: OrderAnswer {}
extension Procurement.V1.AcknowledgePurchaseOrderResponse: OrderAnswer {}
extension Procurement.V1.ConfirmPurchaseOrderResponse: OrderAnswer {}
extension Procurement.V1.AcceptConfirmationResponse: OrderAnswer {}
extension Procurement.V1.RejectConfirmationResponse: OrderAnswer {}
extension Procurement.V1.CancelPurchaseOrderResponse: OrderAnswer {}
extension Procurement.V1.ClosePurchaseOrderResponse: OrderAnswer {}

/// A write about one order that answers with it.
protocol OrderWrite: ObjectWrite
where Object == Procurement.V1.PurchaseOrder, Response: OrderAnswer {
  var desk: OrderDesk { get }
  static func orderName(of request: Request) -> String
}

extension OrderWrite {
  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.PurchaseOrder
  { try desk.require(input.site, Self.orderName(of: input.request), nil, snapshot) }

  func response(
    _ receipt: Common.V1.Receipt, _ order: Procurement.V1.PurchaseOrder, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Response {
    var response = Response()
    response.receipt = receipt
    response.order = order
    return response
  }

  func name(_ order: Procurement.V1.PurchaseOrder) -> String { "order \(order.orderName)" }
}

/// A command that takes an order a step further: the buyer's, or its supplier's.
protocol OrderCommand: OrderWrite {
  /// Which step it is: what states it is allowed in.
  static var step: PurchaseOrderStep { get }
  /// Whether it is the buyer's alone.
  static var isBuyers: Bool { get }
  /// Looks at the other rules, and changes the order.
  func change(
    _ order: inout Procurement.V1.PurchaseOrder, _ input: Input, _ transaction: Transaction,
    _ call: Call
  ) throws
}

extension OrderCommand {
  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    if Self.isBuyers { return try SupplierScope.requireBuyer(call) }
    _ = try desk.require(input.site, Self.orderName(of: input.request), call, snapshot)
  }

  func write(
    _ input: Input, _ before: Procurement.V1.PurchaseOrder?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.PurchaseOrder {
    var order = try before ?? object(input, fact: fact, transaction)
    try OrderDesk.require(order, Self.step)
    try change(&order, input, transaction, call)
    return try desk.put(order, at: input.site, transaction)
  }
}
