import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `RejectConfirmation`: the buyer rejects what was confirmed.
struct RejectConfirmation: OrderCommand {
  static let method = Procurement.V1.ProcurementService.rejectConfirmation
  static let step = PurchaseOrderStep.decide
  static let isBuyers = true

  let desk: OrderDesk

  static func orderName(of request: Request) -> String { request.orderName }

  func site(of request: Procurement.V1.RejectConfirmationRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.RejectConfirmationRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
        $0.number = Int32(
          clamping: fields.number(Int64(request.number), "number", 1...Int64(Int32.max)))
        $0.reason = fields.sentence(request.reason, "reason")
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
    confirmation.waiting = false
    confirmation.rejectionReason = input.request.reason
    order.confirmation = confirmation
  }
}
