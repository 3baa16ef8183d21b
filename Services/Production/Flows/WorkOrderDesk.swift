import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Work orders: what the shop floor says about them, and what follows for them from their order.
struct WorkOrderDesk: Sendable {
  let workOrders = ObjectTable<Production.V1.WorkOrder>("work_orders")

  /// The work order of an operation as it is now: of orders of before there were work orders what follows from
  /// the order.
  /// - Throws: ``ProductionError/operationNotFound(_:operation:)``.
  func require(_ operation: String, of order: Order, _ snapshot: Snapshot) throws
    -> Production.V1.WorkOrder
  {
    let key = order.definition.key
    guard let step = order.definition.operations.first(where: { $0.code == operation }) else {
      throw ProductionError.operationNotFound(key, operation: operation)
    }
    if let found = try workOrders.find(key.site, Self.key(order, operation), snapshot) {
      return found
    }
    return .with {
      $0.site = key.site.text
      $0.orderName = key.name
      $0.operation = step.code
      $0.position = Int32(step.position)
      $0.workCenterCode = step.workCenterCode
      $0.expectedDurationSeconds = step.expectedDurationSeconds
      $0.state = .init(rawValue: order.workOrderState(of: operation).rawValue)
    }
  }

  /// Takes what the shop floor says.
  /// - Throws: ``ProductionError/workOrderState(_:operation:state:step:)``.
  func take(
    _ step: WorkOrderStep, _ before: Production.V1.WorkOrder, at moment: Instant, reason: String,
    of order: Order, _ transaction: Transaction
  ) throws -> Production.V1.WorkOrder {
    let state = WorkOrderState(before)
    guard let next = state.after(step) else {
      throw ProductionError.workOrderState(
        order.definition.key, operation: before.operation, state: state, step: step)
    }
    // Only behind all rules: what is refused writes nothing.
    try prepare(order, transaction)
    let written = try require(before.operation, of: order, transaction)
    let after = try change(written, to: next, of: order, transaction) {
      $0.times.take(step, at: moment)
      $0.pauseReason = reason
    }
    if step == .complete { try handOn(from: before.operation, of: order, transaction) }
    return after
  }

  /// Writes an order's work orders down, as they follow from it: when it is released, and of one from before there
  /// were work orders when something is first said about it.
  func prepare(_ order: Order, _ transaction: Transaction) throws {
    let key = order.definition.key
    guard let first = order.definition.operations.first,
      try workOrders.find(key.site, Self.key(order, first.code), transaction) == nil
    else { return }
    for operation in order.definition.operations {
      let derived = try require(operation.code, of: order, transaction)
      _ = try change(derived, to: WorkOrderState(derived), of: order, transaction)
    }
  }

  /// The order was taken over: its first operation can begin.
  func acknowledged(_ order: Order, _ transaction: Transaction) throws {
    try prepare(order, transaction)
    guard let first = order.definition.operations.first else { return }
    try makeReady(first.code, of: order, transaction)
  }

  /// An operation was reported. Only its first report, and its first good pieces, say something new: later ones
  /// cost nothing.
  /// - Parameter before: the order before the report.
  func reported(
    _ report: AcceptedReport, at moment: Instant, before: Order, after: Order,
    _ transaction: Transaction
  ) throws {
    guard !after.definition.operations.isEmpty else { return }
    let known = before.totals.output(of: report.operation, in: before.definition)
    if known.isNothing {
      try prepare(before, transaction)
      let workOrder = try require(report.operation, of: before, transaction)
      if [.pending, .ready].contains(WorkOrderState(workOrder)) {
        _ = try change(workOrder, to: .running, of: after, transaction) {
          $0.times.run(since: moment)
        }
      }
    }
    if known.good.isZero, !report.output.good.isZero {
      try handOn(from: report.operation, of: after, transaction)
    }
    if report.isFinal { try finished(after, at: moment, transaction) }
  }

  /// With the final report nothing is left to do.
  private func finished(_ order: Order, at moment: Instant, _ transaction: Transaction) throws {
    for operation in order.definition.operations {
      let key = Self.key(order, operation.code)
      guard
        let workOrder = try workOrders.find(order.definition.key.site, key, transaction),
        WorkOrderState(workOrder) != .completed
      else { continue }
      _ = try change(workOrder, to: .completed, of: order, transaction) {
        $0.times.complete(at: moment)
      }
    }
  }

  private func handOn(from operation: String, of order: Order, _ transaction: Transaction) throws {
    guard let next = order.operation(after: operation) else { return }
    try makeReady(next, of: order, transaction)
  }

  private func makeReady(_ operation: String, of order: Order, _ transaction: Transaction) throws {
    let workOrder = try require(operation, of: order, transaction)
    guard WorkOrderState(workOrder) == .pending else { return }
    _ = try change(workOrder, to: .ready, of: order, transaction)
  }

  private func change(
    _ workOrder: Production.V1.WorkOrder, to state: WorkOrderState, of order: Order,
    _ transaction: Transaction, _ body: (inout Production.V1.WorkOrder) -> Void = { _ in }
  ) throws -> Production.V1.WorkOrder {
    var changed = workOrder
    changed.pauseReason = ""
    body(&changed)
    changed.state = .init(rawValue: state.rawValue)
    changed.revision += 1
    try workOrders.put(
      changed,
      .init(
        site: order.definition.key.site, key: Self.key(order, changed.operation),
        state: state.rawValue, party: order.definition.key.name), transaction)
    return changed
  }

  /// Names have no line breaks.
  private static func key(_ order: Order, _ operation: String) -> String {
    "\(order.definition.key.name)\n\(operation)"
  }
}

extension WorkOrderState {
  init(_ workOrder: Production.V1.WorkOrder) {
    self = WorkOrderState(rawValue: workOrder.state.rawValue) ?? .pending
  }
}

extension Production.V1.WorkOrder {
  /// When somebody has worked.
  var times: WorkTimes {
    get {
      WorkTimes(
        startedAt: startedAt?.instant, runningSince: runningSince?.instant,
        worked: workedMicroseconds, completedAt: completedAt?.instant)
    }
    set {
      startedAt = newValue.startedAt.map { .init($0) }
      runningSince = newValue.runningSince.map { .init($0) }
      workedMicroseconds = newValue.worked
      completedAt = newValue.completedAt.map { .init($0) }
    }
  }
}
