import RecordStore
import Values

extension OrderRecords {
  /// Stores an order that has just been released.
  /// - Parameter changeSequence: of the event that tells of it.
  func insert(
    _ order: Order, content: Fingerprint, changeSequence: Int64, _ transaction: Transaction
  ) throws {
    let definition = order.definition
    try transaction.execute(
      """
      INSERT INTO orders (
        site, name, item_code, planned, unit, reporting_operation, planned_start_at, due_at,
        tracking, content, content_scheme, released_at, state, revision, change_sequence, good,
        scrap, report_count, through_sequence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0)
      """,
      definition.key.site, definition.key.name, definition.itemCode, definition.planned.value,
      definition.planned.unit, definition.reportingOperation, definition.plannedStart,
      definition.due, definition.tracking.rawValue, content.digest, content.scheme,
      order.releasedAt, order.state.rawValue, order.revision, changeSequence)
    let orderID = transaction.lastInsertedRowID
    for component in definition.components { try insert(component, orderID, transaction) }
    for operation in definition.operations { try insert(operation, orderID, transaction) }
  }

  private func insert(_ component: ComponentLine, _ orderID: Int64, _ transaction: Transaction)
    throws
  {
    try transaction.execute(
      """
      INSERT INTO order_components (
        order_id, line, item_code, demand, unit, unit_rounding, operation, tracking)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      orderID, component.line, component.itemCode, component.demand.value, component.demand.unit,
      component.unitRounding, component.operation, component.tracking.rawValue)
  }

  private func insert(_ operation: OperationStep, _ orderID: Int64, _ transaction: Transaction)
    throws
  {
    try transaction.execute(
      """
      INSERT INTO order_operations (
        order_id, position, code, work_center_code, expected_duration_seconds)
      VALUES (?, ?, ?, ?, ?)
      """,
      orderID, operation.position, operation.code, operation.workCenterCode,
      operation.expectedDurationSeconds)
  }

  /// Stores what a report has changed: state and running totals, in one update of the order, and of
  /// the operation when it is not the reporting one.
  func update(
    _ stored: StoredOrder, afterReportOf operation: String, changeSequence: Int64,
    _ transaction: Transaction
  ) throws {
    let order = stored.order
    try transaction.execute(
      """
      UPDATE orders SET state = ?, revision = ?, change_sequence = ?, good = ?, scrap = ?,
        report_count = ?, through_sequence = ?, last_report_at = ?
      WHERE order_id = ?
      """,
      order.state.rawValue, order.revision, changeSequence, order.totals.output.good,
      order.totals.output.scrap, order.totals.reportCount, order.totals.throughSequence,
      order.lastReportAt, stored.orderID)
    guard operation != order.definition.reportingOperation,
      let output = order.totals.otherOperations[operation]
    else { return }
    try transaction.execute(
      "UPDATE order_operations SET good = ?, scrap = ? WHERE order_id = ? AND code = ?",
      output.good, output.scrap, stored.orderID, operation)
  }

  /// Stores a new state, why the order has ended, and what has become of its change.
  func updateState(_ stored: StoredOrder, changeSequence: Int64, _ transaction: Transaction) throws
  {
    try transaction.execute(
      """
      UPDATE orders SET state = ?, revision = ?, change_sequence = ?, ending_reason = ?, change = ?
      WHERE order_id = ?
      """, stored.order.state.rawValue, stored.order.revision, changeSequence,
      stored.order.endingReason.isEmpty ? nil : stored.order.endingReason,
      try stored.order.change?.stored(), stored.orderID)
  }

  /// Stores what the order is to be from now on.
  func updateTerms(_ stored: StoredOrder, changeSequence: Int64, _ transaction: Transaction) throws
  {
    let definition = stored.order.definition
    try transaction.execute(
      """
      UPDATE orders SET planned = ?, planned_start_at = ?, due_at = ?, content = ?, content_scheme = ?,
        released_content = ?
      WHERE order_id = ?
      """, definition.planned.value, definition.plannedStart, definition.due,
      stored.content.digest, stored.content.scheme, stored.releasedContent?.digest, stored.orderID)
    try transaction.execute("DELETE FROM order_components WHERE order_id = ?", stored.orderID)
    for component in definition.components { try insert(component, stored.orderID, transaction) }
    try updateState(stored, changeSequence: changeSequence, transaction)
  }

  /// Stores a new outcome, and the state it may have led to.
  func updateOutcome(
    _ stored: StoredOrder, _ outcome: PostingOutcome, changeSequence: Int64,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE orders SET state = ?, revision = ?, change_sequence = ?, outcome_revision = ?,
        outcome_state = ?, outcome_covers = ?, outcome_booked = ?, outcome_reason = ?,
        outcome_document = ?, outcome_at = ?
      WHERE order_id = ?
      """,
      stored.order.state.rawValue, stored.order.revision, changeSequence, outcome.revision,
      outcome.state.rawValue, outcome.coversThroughSequence, outcome.bookedThroughSequence,
      outcome.reason, outcome.document, outcome.reportedAt, stored.orderID)
  }
}
