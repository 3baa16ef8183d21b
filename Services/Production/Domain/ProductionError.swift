import Values

/// Everything Production's rules refuse. `Refusals.swift` turns each into a status, in one place.
enum ProductionError: Error, Sendable, Hashable {
  case orderNotFound(OrderKey)
  case operationNotFound(OrderKey, operation: String)
  /// Released again with other content.
  case orderAlreadyReleased(OrderKey)
  /// The state does not allow the step.
  case orderState(OrderKey, state: OrderState, step: OrderStep)
  /// The work order's state does not allow the step.
  case workOrderState(OrderKey, operation: String, state: WorkOrderState, step: WorkOrderStep)
  /// It can't be changed, or a change of it be answered, in this state.
  case changeOfOrderState(OrderKey, state: OrderState, allowed: [OrderState])
  /// The MES has to answer a change first.
  case changeWaiting(OrderKey, number: Int64)
  /// There is no such change that waits; the newest one, if there was one.
  case changeNotWaiting(OrderKey, number: Int64, newest: Int64?, state: OrderChangeState?)
  case caseNotFound(String)
  /// It is decided.
  case caseState(String)
  /// Something has happened since what the decision is about.
  case caseChanged(String, revision: Int64)
  /// What went into what can't be told in this state.
  case genealogyState(OrderKey, state: OrderState)
  /// An item that the order neither makes nor consumes.
  case itemNotOfOrder(OrderKey, item: String, field: String)
  /// Reports of lot- or serial-tracked items are not taken.
  case trackingNotSupported(OrderKey, item: String)
  /// More good pieces than the plan and the site's tolerance allow.
  case overProduction(OrderKey, good: Quantity, planned: Quantity, percent: Quantity)
  /// A quantity in another unit than the order's.
  case unitMismatch(OrderKey, field: String, unit: String, expected: String)
  /// A total, or a consumption that follows from it, does not fit 12 integer digits.
  case quantityOverflow(OrderKey)
  /// A final report must be about the reporting operation.
  case finalOfOtherOperation(OrderKey, reporting: String)
  /// It names what master data does not have.
  case referencesUnknown(OrderKey, [ReferenceFinding])
  /// An outcome that covers reports nobody has made.
  case outcomeBeyondReports(OrderKey, sequence: Int64, newest: Int64)
}
