import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CancelOrder`: an order ends before its final report. Only the system of record may say so.
struct CancelOrder: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.cancelOrder
  static let callers = Callers.integration
  static let contentScheme = 1

  let orders: OrderRecords
  /// Which system owns the orders of which site; `nil` where no master data is followed.
  var copy: ReferenceCopy?

  struct Input: Sendable {
    var requestID: String
    var order: OrderKey
    var step: OrderStep
    var reason: String
  }

  func site(of request: Production.V1.CancelOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.CancelOrderRequest, _ fields: inout Fields) -> Input {
    Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      order: fields.orderKey(site: request.site, name: request.orderName),
      step: fields.known(
        OrderStep(request.ending), "ending", "GIVEN_UP, CANCELLED_IN_ERP or CLOSED_IN_ERP",
        else: .giveUp),
      reason: fields.sentence(request.reason, "reason"))
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.order.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    // Commands share one ledger, so what the command is belongs to its content.
    digest.add(Self.method.name)
    digest.add(input.order.name)
    digest.add("\(input.step)")
    digest.add(input.reason)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.CancelOrderResponse>
  {
    var stored = try orders.require(input.order, transaction)
    try copy?.ownership(of: input.order.site).check(
      "production_order", stage: stored.order.state.name, site: input.order.site,
      writer: call.principal.subject, at: transaction.now)
    let before = stored.digest
    try stored.order.end(by: input.step, reason: input.reason, at: transaction.now)
    let change = try transaction.outbox.append(ProductionEvents.orderChanged(stored.order))
    try orders.updateState(stored, changeSequence: change, transaction)
    return Effect(
      try response(.accepted, stored.order),
      audit: AuditNote(
        object: "\(input.order)", digestBefore: before, digestAfter: stored.digest))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.CancelOrderResponse
  {
    try response(.duplicate, orders.require(input.order, snapshot).order)
  }

  private func response(_ receipt: Common.V1.Receipt, _ order: Order) throws
    -> Production.V1.CancelOrderResponse
  {
    try .with {
      $0.receipt = receipt
      $0.order = try .init(order)
    }
  }
}

extension OrderStep {
  /// How an order ends; `nil` for what is not set or not known.
  fileprivate init?(_ ending: Production.V1.OrderEnding) {
    switch ending {
    case .givenUp: self = .giveUp
    case .cancelledInErp: self = .cancelInERP
    case .closedInErp: self = .closeInERP
    case .unspecified, .unrecognized: return nil
    }
  }
}
