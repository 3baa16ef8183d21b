import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ChangeReleasedOrder`: what an order is to be from now on. Only the system of record may say so.
struct ChangeReleasedOrder: OrderCommand {
  static let method = Production.V1.ProductionService.changeReleasedOrder
  static let callers = Callers.integration

  let orders: OrderRecords
  /// `nil` where no master data is followed: every code is taken then.
  var checks: OrderChecks?

  struct Content: Sendable {
    var terms: OrderTerms
    var reason: String
  }

  func site(of request: Production.V1.ChangeReleasedOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ChangeReleasedOrderRequest, _ fields: inout Fields)
    -> OrderCommandInput<Content>
  {
    let components = OrderDefinition.components(request.components, nil, &fields)
    let terms = OrderTerms(
      planned: fields.amount(request.plannedQuantity, "planned_quantity", .aboveZero),
      components: components.sorted { $0.line < $1.line },
      plannedStart: fields.time(
        request.plannedStartAt, "planned_start_at", Fields.earliest...Fields.latest),
      due: fields.optionalTime(request.dueAt, "due_at", Fields.earliest...Fields.latest))
    let reason = request.reason.isEmpty ? "" : fields.sentence(request.reason, "reason")
    return .init(
      &fields, request.requestID, site: request.site, name: request.orderName,
      Content(terms: terms, reason: reason))
  }

  func addContent(_ content: Content, to digest: inout CanonicalDigest) {
    content.terms.add(to: &digest)
    digest.add(content.reason)
  }

  func change(
    _ stored: inout StoredOrder, _ content: Content, _ transaction: Transaction, _ call: Call
  ) throws -> Bool {
    var wanted = stored.order.definition
    try checks?.copy.ownership(of: wanted.key.site).check(
      "production_order", stage: stored.order.state.name, site: wanted.key.site,
      writer: call.principal.subject, at: transaction.now)
    wanted.terms = content.terms
    _ = try checks?.check(wanted, transaction)
    guard
      try stored.order.ask(for: content.terms, reason: content.reason, at: transaction.now)
    else { return false }
    try stored.record(orders, checks, transaction)
    return true
  }
}

extension StoredOrder {
  /// Writes an order down after a change was asked for or answered, with what it is to be where that is new.
  mutating func record(
    _ orders: OrderRecords, _ checks: OrderChecks?, _ transaction: Transaction
  ) throws {
    let event = try transaction.outbox.append(ProductionEvents.orderChanged(order))
    let content = order.definition.fingerprint
    guard content != self.content else {
      return try orders.updateState(self, changeSequence: event, transaction)
    }
    releasedContent = releasedContent ?? self.content
    self.content = content
    try orders.updateTerms(self, changeSequence: event, transaction)
    if let check = try checks?.look(order.definition, transaction) {
      let key = order.definition.key
      try ReferenceCheckRecords.put(check, key, transaction)
      if check.state == .found {
        try transaction.outbox.append(ProductionEvents.findingsChanged(key, check.findings))
      }
    }
  }
}
