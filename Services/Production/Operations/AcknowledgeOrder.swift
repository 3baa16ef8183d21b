import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcknowledgeOrder`: the MES has taken the order over.
struct AcknowledgeOrder: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.acknowledgeOrder
  static let contentScheme = 1

  let orders: OrderRecords
  let holds: HoldCopy
  let workOrders: WorkOrderDesk

  struct Input: Sendable {
    var requestID: String
    var order: OrderKey
  }

  func site(of request: Production.V1.AcknowledgeOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.AcknowledgeOrderRequest, _ fields: inout Fields) -> Input {
    Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      order: fields.orderKey(site: request.site, name: request.orderName))
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.order.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    // Commands share one ledger, so what the command is belongs to its content.
    digest.add(Self.method.name)
    digest.add(input.order.name)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.AcknowledgeOrderResponse>
  {
    var stored = try orders.require(input.order, transaction)
    // Whatever lies behind ACKNOWLEDGED has been acknowledged once.
    guard stored.order.state == .released else {
      return Effect(try response(.duplicate, stored.order), audit: nil)
    }
    try holds.check([.order(input.order.name)], at: input.order.site)
    let before = stored.digest
    try stored.order.acknowledge()
    let change = try transaction.outbox.append(ProductionEvents.orderChanged(stored.order))
    try orders.updateState(stored, changeSequence: change, transaction)
    try workOrders.acknowledged(stored.order, transaction)
    return Effect(
      try response(.accepted, stored.order),
      audit: AuditNote(
        object: "\(input.order)", digestBefore: before, digestAfter: stored.digest))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.AcknowledgeOrderResponse
  {
    try response(.duplicate, orders.require(input.order, snapshot).order)
  }

  private func response(_ receipt: Common.V1.Receipt, _ order: Order) throws
    -> Production.V1.AcknowledgeOrderResponse
  {
    try .with {
      $0.receipt = receipt
      $0.order = try .init(order)
    }
  }
}
