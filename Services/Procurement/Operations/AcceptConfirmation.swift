import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcceptConfirmation`: the buyer accepts what was confirmed.
struct AcceptConfirmation: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.acceptConfirmation

  let desk: OrderDesk

  func site(of request: Procurement.V1.AcceptConfirmationRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.AcceptConfirmationRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
        $0.number = Int32(
          clamping: fields.number(Int64(request.number), "number", 1...Int64(Int32.max)))
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
    try OrderDesk.require(order, .decide)
    guard var confirmation = order.confirmation, confirmation.waiting,
      confirmation.number == input.request.number
    else {
      throw ProcurementError.confirmationNotWaiting(
        order.orderName, number: input.request.number)
    }
    let agreed = order.lines.compactMap { Self.agreed($0, confirmation) }
    if agreed.isEmpty { throw ProcurementError.nothingLeft(order.orderName) }
    confirmation.waiting = false
    order.confirmation = confirmation
    order.agreedLines = agreed
    order.set(.confirmedWithChanges)
    return try desk.put(order, at: input.site, transaction)
  }

  /// What holds of a line from now on; `nil` for one that the supplier does not deliver.
  private static func agreed(
    _ line: Procurement.V1.PurchaseOrderLine, _ confirmation: Procurement.V1.Confirmation
  ) -> Procurement.V1.PurchaseOrderLine? {
    let said = confirmation.lines.first { $0.line == line.line }
    switch said?.answer {
    case .rejected: return nil
    case .changed: return said?.proposal ?? line
    default: return line
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ order: Procurement.V1.PurchaseOrder, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.AcceptConfirmationResponse {
    .with {
      $0.receipt = receipt
      $0.order = order
    }
  }

  func name(_ order: Procurement.V1.PurchaseOrder) -> String { "order \(order.orderName)" }
}
