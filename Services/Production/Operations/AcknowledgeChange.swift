import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcknowledgeChange`: the MES accepts or refuses a change that waits.
struct AcknowledgeChange: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.acknowledgeChange
  static let contentScheme = 1

  let orders: OrderRecords
  /// `nil` where no master data is followed.
  var checks: OrderChecks?

  struct Input: Sendable {
    var requestID: String
    var order: OrderKey
    var changeNumber: Int64
    /// `nil` when it is accepted.
    var refusal: String?
  }

  func site(of request: Production.V1.AcknowledgeChangeRequest) -> String? { request.site }

  func validate(_ request: Production.V1.AcknowledgeChangeRequest, _ fields: inout Fields) -> Input
  {
    var refusal: String?
    if request.accept {
      if !request.refusalReason.isEmpty {
        fields.reject("refusal_reason", "must be empty when the change is accepted")
      }
    } else {
      refusal = fields.sentence(request.refusalReason, "refusal_reason")
    }
    return Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      order: fields.orderKey(site: request.site, name: request.orderName),
      changeNumber: fields.number(request.changeNumber, "change_number", 1...Int64.max),
      refusal: refusal)
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.order.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    // Commands share one ledger, so what the command is belongs to its content.
    digest.add(Self.method.name)
    digest.add(input.order.name)
    digest.add(input.changeNumber)
    digest.add(input.refusal)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.AcknowledgeChangeResponse>
  {
    var stored = try orders.require(input.order, transaction)
    let before = stored.digest
    try stored.order.answerChange(
      input.changeNumber, refusal: input.refusal, by: call.principal.subject, at: transaction.now)
    try stored.record(orders, checks, transaction)
    return Effect(
      try response(.accepted, stored.order),
      audit: AuditNote(
        object: "\(input.order)", digestBefore: before, digestAfter: stored.digest))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.AcknowledgeChangeResponse
  {
    try response(.duplicate, orders.require(input.order, snapshot).order)
  }

  private func response(_ receipt: Common.V1.Receipt, _ order: Order) throws
    -> Production.V1.AcknowledgeChangeResponse
  {
    try .with {
      $0.receipt = receipt
      $0.order = try .init(order)
    }
  }
}
