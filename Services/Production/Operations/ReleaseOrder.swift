import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReleaseOrder`: brings an order to the shop floor. Only the system of record may.
struct ReleaseOrder: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.releaseOrder
  static let callers = Callers.integration
  static let contentScheme = 1

  let orders: OrderRecords
  let holds: HoldCopy
  let workOrders: WorkOrderDesk
  /// `nil` where no master data is followed: every code is taken then.
  var checks: OrderChecks?

  struct Input: Sendable {
    var requestID: String
    var definition: OrderDefinition
  }

  func site(of request: Production.V1.ReleaseOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ReleaseOrderRequest, _ fields: inout Fields) -> Input {
    Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      definition: OrderDefinition(request, &fields))
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.definition.key.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    // Commands share one ledger, so what the command is belongs to its content.
    digest.add(Self.method.name)
    input.definition.add(to: &digest)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.ReleaseOrderResponse>
  {
    let content = input.definition.fingerprint
    if let stored = try orders.find(input.definition.key, transaction) {
      guard content == stored.content || content == stored.releasedContent else {
        throw ProductionError.orderAlreadyReleased(input.definition.key)
      }
      return Effect(try response(.duplicate, stored.order), audit: nil)
    }
    let key = input.definition.key
    try checks?.copy.ownership(of: key.site).check(
      "production_order", stage: OrderState.released.name, site: key.site,
      writer: call.principal.subject, at: transaction.now)
    try holds.check([.order(key.name)], at: key.site)
    let check = try checks?.check(input.definition, transaction)
    let order = Order(released: input.definition, at: transaction.now)
    let change = try transaction.outbox.append(ProductionEvents.orderChanged(order))
    try orders.insert(order, content: content, changeSequence: change, transaction)
    try workOrders.prepare(order, transaction)
    if let check {
      try ReferenceCheckRecords.put(check, key, transaction)
      if check.state == .found {
        try transaction.outbox.append(ProductionEvents.findingsChanged(key, check.findings))
      }
    }
    return Effect(
      try response(.accepted, order),
      audit: AuditNote(
        object: "\(input.definition.key)", digestAfter: order.digest(content: content)))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.ReleaseOrderResponse
  {
    try response(.duplicate, orders.require(input.definition.key, snapshot).order)
  }

  private func response(_ receipt: Common.V1.Receipt, _ order: Order) throws
    -> Production.V1.ReleaseOrderResponse
  {
    try .with {
      $0.receipt = receipt
      $0.order = try .init(order)
    }
  }
}

/// Which rule makes the fingerprint of a release; also stored with each order.
extension OrderDefinition {
  var fingerprint: Fingerprint {
    var digest = CanonicalDigest()
    add(to: &digest)
    return Fingerprint(digest, scheme: ReleaseOrder.contentScheme)
  }

  /// Lines in the order of their numbers, operations in the order of their positions: how they were
  /// sent says nothing.
  func add(to digest: inout CanonicalDigest) {
    digest.add(key.site.text)
    digest.add(key.name)
    digest.add(itemCode)
    digest.add(planned)
    digest.add(Int64(components.count))
    for component in components { component.add(to: &digest) }
    digest.add(Int64(operations.count))
    for operation in operations {
      digest.add(operation.code)
      digest.add(operation.position)
      digest.add(operation.workCenterCode)
      digest.add(operation.expectedDurationSeconds)
    }
    digest.add(reportingOperation)
    digest.add(plannedStart.microseconds)
    digest.add(due?.microseconds)
    digest.add(tracking.rawValue)
  }
}

extension CanonicalDigest {
  fileprivate mutating func add(_ amount: Amount) {
    add(amount.value.millionths)
    add(amount.unit)
  }
}

extension OrderTerms {
  /// Lines in the order of their numbers: how they were sent says nothing.
  func add(to digest: inout CanonicalDigest) {
    digest.add(planned)
    digest.add(Int64(components.count))
    for component in components { component.add(to: &digest) }
    digest.add(plannedStart.microseconds)
    digest.add(due?.microseconds)
  }
}

extension ComponentLine {
  fileprivate func add(to digest: inout CanonicalDigest) {
    digest.add(line)
    digest.add(itemCode)
    digest.add(demand)
    digest.add(unitRounding.millionths)
    digest.add(operation)
    digest.add(tracking.rawValue)
  }
}
