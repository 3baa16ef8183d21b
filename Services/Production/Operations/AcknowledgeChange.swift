import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcknowledgeChange`: the MES accepts or refuses a change that waits.
struct AcknowledgeChange: OrderCommand {
  static let method = Production.V1.ProductionService.acknowledgeChange

  let orders: OrderRecords
  /// `nil` where no master data is followed.
  var checks: OrderChecks?

  struct Content: Sendable {
    var changeNumber: Int64
    /// `nil` when it is accepted.
    var refusal: String?
  }

  func site(of request: Production.V1.AcknowledgeChangeRequest) -> String? { request.site }

  func validate(_ request: Production.V1.AcknowledgeChangeRequest, _ fields: inout Fields)
    -> OrderCommandInput<Content>
  {
    var refusal: String?
    if !request.accept {
      refusal = fields.sentence(request.refusalReason, "refusal_reason")
    } else if !request.refusalReason.isEmpty {
      fields.reject("refusal_reason", "must be empty when the change is accepted")
    }
    let number = fields.number(request.changeNumber, "change_number", 1...Int64.max)
    return .init(
      &fields, request.requestID, site: request.site, name: request.orderName,
      Content(changeNumber: number, refusal: refusal))
  }

  func addContent(_ content: Content, to digest: inout CanonicalDigest) {
    digest.add(content.changeNumber)
    digest.add(content.refusal)
  }

  func change(
    _ stored: inout StoredOrder, _ content: Content, _ transaction: Transaction, _ call: Call
  ) throws -> Bool {
    try stored.order.answerChange(
      content.changeNumber, refusal: content.refusal, by: call.principal.subject,
      at: transaction.now)
    try stored.record(orders, checks, transaction)
    return true
  }
}
