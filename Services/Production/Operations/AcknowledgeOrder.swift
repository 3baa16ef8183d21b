import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `AcknowledgeOrder`: the MES has taken the order over.
struct AcknowledgeOrder: OrderCommand {
  static let method = Production.V1.ProductionService.acknowledgeOrder

  let orders: OrderRecords
  let holds: HoldCopy
  let workOrders: WorkOrderDesk

  func site(of request: Production.V1.AcknowledgeOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.AcknowledgeOrderRequest, _ fields: inout Fields)
    -> OrderCommandInput<Void>
  { .init(&fields, request.requestID, site: request.site, name: request.orderName, ()) }

  func addContent(_ content: Void, to digest: inout CanonicalDigest) {}

  func change(
    _ stored: inout StoredOrder, _ content: Void, _ transaction: Transaction, _ call: Call
  ) throws -> Bool {
    // Whatever lies behind ACKNOWLEDGED has been acknowledged once.
    guard stored.order.state == .released else { return false }
    let key = stored.order.definition.key
    try holds.check([.order(key.name)], at: key.site)
    try stored.order.acknowledge()
    let change = try transaction.outbox.append(ProductionEvents.orderChanged(stored.order))
    try orders.updateState(stored, changeSequence: change, transaction)
    try workOrders.acknowledged(stored.order, transaction)
    return true
  }
}
