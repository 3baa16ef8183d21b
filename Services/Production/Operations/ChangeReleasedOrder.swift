import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ChangeReleasedOrder`: what an order is to be from now on. Only the system of record may say so.
struct ChangeReleasedOrder: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.changeReleasedOrder
  static let callers = Callers.integration
  static let contentScheme = 1

  let orders: OrderRecords
  /// `nil` where no master data is followed: every code is taken then.
  var checks: OrderChecks?

  struct Input: Sendable {
    var requestID: String
    var order: OrderKey
    var terms: OrderTerms
    var reason: String
  }

  func site(of request: Production.V1.ChangeReleasedOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ChangeReleasedOrderRequest, _ fields: inout Fields)
    -> Input
  {
    let components = OrderDefinition.components(request.components, nil, &fields)
    return Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      order: fields.orderKey(site: request.site, name: request.orderName),
      terms: OrderTerms(
        planned: fields.amount(request.plannedQuantity, "planned_quantity", .aboveZero),
        components: components.sorted { $0.line < $1.line },
        plannedStart: fields.time(
          request.plannedStartAt, "planned_start_at", Fields.earliest...Fields.latest),
        due: fields.optionalTime(request.dueAt, "due_at", Fields.earliest...Fields.latest)),
      reason: request.reason.isEmpty ? "" : fields.sentence(request.reason, "reason"))
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.order.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    // Commands share one ledger, so what the command is belongs to its content.
    digest.add(Self.method.name)
    digest.add(input.order.name)
    input.terms.add(to: &digest)
    digest.add(input.reason)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.ChangeReleasedOrderResponse>
  {
    var stored = try orders.require(input.order, transaction)
    try checks?.copy.ownership(of: input.order.site).check(
      "production_order", stage: stored.order.state.name, site: input.order.site,
      writer: call.principal.subject, at: transaction.now)
    var wanted = stored.order.definition
    wanted.terms = input.terms
    _ = try checks?.check(wanted, transaction)
    let before = stored.digest
    guard
      try stored.order.ask(for: input.terms, reason: input.reason, at: transaction.now)
    else { return Effect(try response(.duplicate, stored.order), audit: nil) }
    try stored.record(orders, checks, transaction)
    return Effect(
      try response(.accepted, stored.order),
      audit: AuditNote(
        object: "\(input.order)", digestBefore: before, digestAfter: stored.digest))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.ChangeReleasedOrderResponse
  {
    try response(.duplicate, orders.require(input.order, snapshot).order)
  }

  private func response(_ receipt: Common.V1.Receipt, _ order: Order) throws
    -> Production.V1.ChangeReleasedOrderResponse
  {
    try .with {
      $0.receipt = receipt
      $0.order = try .init(order)
    }
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
