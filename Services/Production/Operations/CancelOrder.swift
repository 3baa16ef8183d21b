import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CancelOrder`: an order ends before its final report. Only the system of record may say so.
struct CancelOrder: OrderCommand {
  static let method = Production.V1.ProductionService.cancelOrder
  static let callers = Callers.integration

  let orders: OrderRecords
  /// Which system owns the orders of which site; `nil` where no master data is followed.
  var copy: ReferenceCopy?

  struct Content: Sendable {
    var step: OrderStep
    var reason: String
  }

  func site(of request: Production.V1.CancelOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.CancelOrderRequest, _ fields: inout Fields)
    -> OrderCommandInput<Content>
  {
    let step = fields.known(
      OrderStep(request.ending), "ending", "GIVEN_UP, CANCELLED_IN_ERP or CLOSED_IN_ERP",
      else: .giveUp)
    let reason = fields.sentence(request.reason, "reason")
    return .init(
      &fields, request.requestID, site: request.site, name: request.orderName,
      Content(step: step, reason: reason))
  }

  func addContent(_ content: Content, to digest: inout CanonicalDigest) {
    digest.add("\(content.step)")
    digest.add(content.reason)
  }

  func change(
    _ stored: inout StoredOrder, _ content: Content, _ transaction: Transaction, _ call: Call
  ) throws -> Bool {
    let site = stored.order.definition.key.site
    try copy?.ownership(of: site).check(
      "production_order", stage: stored.order.state.name, site: site,
      writer: call.principal.subject, at: transaction.now)
    try stored.order.end(by: content.step, reason: content.reason, at: transaction.now)
    let change = try transaction.outbox.append(ProductionEvents.orderChanged(stored.order))
    try orders.updateState(stored, changeSequence: change, transaction)
    return true
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
