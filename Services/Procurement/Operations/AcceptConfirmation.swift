import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcceptConfirmation`: the buyer accepts what was confirmed.
struct AcceptConfirmation: OrderCommand {
  static let method = Procurement.V1.ProcurementService.acceptConfirmation
  static let step = PurchaseOrderStep.decide
  static let isBuyers = true

  let desk: OrderDesk

  static func orderName(of request: Request) -> String { request.orderName }

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

  func change(
    _ order: inout Procurement.V1.PurchaseOrder, _ input: Input, _ transaction: Transaction,
    _ call: Call
  ) throws {
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
}
