import Values

/// An order as it is now: what was released, and what has become of it.
struct Order: Sendable, Hashable {
  var definition: OrderDefinition
  var state: OrderState
  var totals: OrderTotals
  /// The newest outcome in the ERP system; `nil` before the first.
  var outcome: PostingOutcome?
  /// Increases with every change, from 1.
  var revision: Int64
  let releasedAt: Instant
  /// When the newest report was recorded; `nil` before the first.
  var lastReportAt: Instant?
  /// The newest change that the ERP system has asked for; `nil` when there was none.
  var change: OrderChange?
  /// Why it has ended before it was made; empty when it has not.
  var endingReason = ""

  /// An order that has just been released.
  init(released definition: OrderDefinition, at releasedAt: Instant) {
    self.definition = definition
    self.releasedAt = releasedAt
    state = .released
    totals = OrderTotals()
    revision = 1
  }

  /// Moves the order on.
  /// - Throws: ``ProductionError/orderState(_:state:step:)`` when the state does not allow the
  ///   step.
  mutating func take(_ step: OrderStep) throws(ProductionError) {
    guard let next = state.after(step) else {
      throw .orderState(definition.key, state: state, step: step)
    }
    state = next
  }

  /// It ends before its final report.
  /// - Parameter step: ``OrderStep/giveUp``, ``OrderStep/cancelInERP`` or ``OrderStep/closeInERP``.
  mutating func end(by step: OrderStep, reason: String, at now: Instant) throws(ProductionError) {
    try take(step)
    if waitingChange != nil {
      change?.state = .withdrawn
      change?.answeredAt = now
    }
    endingReason = reason
    revision += 1
  }

  /// The MES takes the order over.
  mutating func acknowledge() throws(ProductionError) {
    try take(.acknowledge)
    revision += 1
  }
}
