import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// An answer with a work order.
protocol WorkOrderAnswer: Message {
  var receipt: Common.V1.Receipt { get set }
  var workOrder: Production.V1.WorkOrder? { get set }
  init()
}

/// A request about a work order.
protocol WorkOrderRequest: Message {
  var site: String { get }
  var header: Common.V1.FactHeader? { get }
  var orderName: String { get set }
  var operation: String { get set }
  init()
}

extension Production.V1.StartWorkOrderRequest: WorkOrderRequest {}
extension Production.V1.PauseWorkOrderRequest: WorkOrderRequest {}
extension Production.V1.ResumeWorkOrderRequest: WorkOrderRequest {}
extension Production.V1.CompleteWorkOrderRequest: WorkOrderRequest {}
extension Production.V1.StartWorkOrderResponse: WorkOrderAnswer {}
extension Production.V1.PauseWorkOrderResponse: WorkOrderAnswer {}
extension Production.V1.ResumeWorkOrderResponse: WorkOrderAnswer {}
extension Production.V1.CompleteWorkOrderResponse: WorkOrderAnswer {}

/// What the four steps of a work order share: where it is, and what stops it.
struct WorkOrderParts: Sendable {
  let orders: OrderRecords
  let desk: WorkOrderDesk
  let holds: HoldCopy
  /// Which system reports at which site; `nil` where no master data is followed.
  var copy: ReferenceCopy?
}

/// A fact that takes a work order one step further.
protocol WorkOrderFact: ObjectWrite
where Object == Production.V1.WorkOrder, Request: WorkOrderRequest, Response: WorkOrderAnswer {
  static var step: WorkOrderStep { get }
  var parts: WorkOrderParts { get }
  /// Checks what only this step has.
  func addFields(of request: Request, to checked: inout Request, _ fields: inout Fields)
  /// Why, where the step has a reason.
  func reason(of request: Request) -> String
}

extension WorkOrderFact {
  func site(of request: Request) -> String? { request.site }

  func reason(of request: Request) -> String { "" }

  func addFields(of request: Request, to checked: inout Request, _ fields: inout Fields) {}

  func validate(_ request: Request, _ fields: inout Fields) -> Input {
    var checked = Request()
    checked.orderName = fields.text(request.orderName, "order_name", OrderKey.nameRule)
    checked.operation = fields.text(request.operation, "operation", OperationStep.codeRule)
    addFields(of: request, to: &checked, &fields)
    return Input(&fields, fact: request.header, at: request.site, checked)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.WorkOrder
  {
    let stored = try parts.orders.require(key(of: input), snapshot)
    return try parts.desk.require(input.request.operation, of: stored.order, snapshot)
  }

  func write(
    _ input: Input, _ before: Production.V1.WorkOrder?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Production.V1.WorkOrder {
    var stored = try parts.orders.require(key(of: input), transaction)
    let workOrder = try before ?? object(input, fact: fact, transaction)
    try parts.copy?.ownership(of: input.site).check(
      "production_report", stage: stored.order.state.name, site: input.site,
      writer: call.principal.subject, at: transaction.now)
    if Self.step.beginsWork {
      try parts.holds.check([.order(input.request.orderName)], at: input.site)
      try stored.order.checkNoChangeWaits()
    }
    // All rules before the first change.
    let state = stored.order.state
    try stored.order.take(.start)
    let after = try parts.desk.take(
      Self.step, workOrder, at: input.header?.occurredAt ?? transaction.now,
      reason: reason(of: input.request), of: stored.order, transaction)
    if stored.order.state != state {
      stored.order.revision += 1
      let change = try transaction.outbox.append(ProductionEvents.orderChanged(stored.order))
      try parts.orders.updateState(stored, changeSequence: change, transaction)
    }
    return after
  }

  private func key(of input: Input) -> OrderKey {
    OrderKey(site: input.site, name: input.request.orderName)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ workOrder: Production.V1.WorkOrder, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Response {
    var response = Response()
    response.receipt = receipt
    response.workOrder = workOrder
    return response
  }

  func name(_ workOrder: Production.V1.WorkOrder) -> String {
    "work order \(workOrder.orderName) \(workOrder.operation)"
  }
}

/// `StartWorkOrder`: somebody begins to work.
struct StartWorkOrder: WorkOrderFact {
  typealias Request = Production.V1.StartWorkOrderRequest
  typealias Response = Production.V1.StartWorkOrderResponse
  static let method = Production.V1.ProductionService.startWorkOrder
  static let step = WorkOrderStep.start
  let parts: WorkOrderParts
}

/// `PauseWorkOrder`: work stands still.
struct PauseWorkOrder: WorkOrderFact {
  typealias Request = Production.V1.PauseWorkOrderRequest
  typealias Response = Production.V1.PauseWorkOrderResponse
  static let method = Production.V1.ProductionService.pauseWorkOrder
  static let step = WorkOrderStep.pause
  let parts: WorkOrderParts

  func addFields(of request: Request, to checked: inout Request, _ fields: inout Fields) {
    checked.reason = request.reason.isEmpty ? "" : fields.sentence(request.reason, "reason")
  }

  func reason(of request: Request) -> String { request.reason }
}

/// `ResumeWorkOrder`: work goes on.
struct ResumeWorkOrder: WorkOrderFact {
  typealias Request = Production.V1.ResumeWorkOrderRequest
  typealias Response = Production.V1.ResumeWorkOrderResponse
  static let method = Production.V1.ProductionService.resumeWorkOrder
  static let step = WorkOrderStep.resume
  let parts: WorkOrderParts
}

/// `CompleteWorkOrder`: an operation is done.
struct CompleteWorkOrder: WorkOrderFact {
  typealias Request = Production.V1.CompleteWorkOrderRequest
  typealias Response = Production.V1.CompleteWorkOrderResponse
  static let method = Production.V1.ProductionService.completeWorkOrder
  static let step = WorkOrderStep.complete
  let parts: WorkOrderParts
}
