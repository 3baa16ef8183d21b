import RecordStore
import Values

/// A report as it is stored.
struct StoredReport: Sendable {
  var sequence: Int64
  var reportID: Identifier
  var orderName: String
  /// The order's unit: a report has no other.
  var unit: String
  var header: ReportHeader
  var operation: String
  var output: Output
  var isFinal: Bool
  var receivedAt: Instant
  /// The newest outcome of its order, `nil` before the first.
  var outcome: PostingOutcome?
}

/// Who reported what, when.
struct ReportHeader: Sendable, Hashable {
  var sourceSystem: String
  var sourceEventID: String
  /// 0 when the sender has none.
  var sourceSequence: Int64
  var occurredAt: Instant
  /// Empty when there is none.
  var correlationID: String
}

/// Reports in and out of the database.
struct ReportRecords: Sendable {
  /// The sequence the next report gets. The first one is 1.
  func nextSequence(_ transaction: Transaction) throws -> Int64 {
    try transaction.row("SELECT coalesce(max(sequence), 0) + 1 FROM reports") { try $0.int64(0) }
      ?? 1
  }

  func insert(
    _ report: AcceptedReport, sequence: Int64, reportID: Identifier, _ header: ReportHeader,
    of stored: StoredOrder, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO reports (
        sequence, report_id, order_id, site, source_system, source_event_id, source_sequence,
        occurred_at, correlation_id, operation, good, scrap, is_final, received_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      sequence, reportID, stored.orderID, stored.order.definition.key.site, header.sourceSystem,
      header.sourceEventID, header.sourceSequence, header.occurredAt, header.correlationID,
      report.operation, report.output.good, report.output.scrap, report.isFinal, transaction.now)
  }

  /// The sequence of a report.
  func sequence(of reportID: Identifier, _ snapshot: Snapshot) throws -> Int64? {
    try snapshot.row("SELECT sequence FROM reports WHERE report_id = ?", reportID) {
      try $0.int64(0)
    }
  }

  /// A site's reports after a sequence, those of archived orders left out.
  func list(_ site: SiteCode, after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [StoredReport]
  {
    try snapshot.rows(
      Self.select
        + " WHERE r.site = ? AND r.sequence > ? AND o.archived = 0 ORDER BY r.sequence LIMIT ?",
      site, sequence, limit, map: Self.report)
  }

  /// An order's reports after a sequence.
  func list(of stored: StoredOrder, after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [StoredReport]
  {
    let found = try stored.reading(snapshot) { source in
      try source.rows(
        Self.select + " WHERE r.order_id = ? AND r.sequence > ? ORDER BY r.sequence LIMIT ?",
        stored.orderID, sequence, limit, map: Self.report)
    }
    return found.map { report in
      var report = report
      // An archive has the outcome of when it was written.
      report.outcome = stored.order.outcome
      return report
    }
  }

  private static let select = """
    SELECT r.sequence, r.report_id, o.name, o.unit, r.source_system, r.source_event_id,
      r.source_sequence, r.occurred_at, r.correlation_id, r.operation, r.good, r.scrap, r.is_final,
      r.received_at, o.outcome_revision, o.outcome_state, o.outcome_covers, o.outcome_booked,
      o.outcome_reason, o.outcome_document, o.outcome_at
    FROM reports r JOIN orders o ON o.order_id = r.order_id
    """

  private static func report(_ row: Row) throws -> StoredReport {
    StoredReport(
      sequence: try row.int64(0), reportID: try row.identifier(1), orderName: try row.text(2),
      unit: try row.text(3),
      header: ReportHeader(
        sourceSystem: try row.text(4), sourceEventID: try row.text(5),
        sourceSequence: try row.int64(6), occurredAt: try row.instant(7),
        correlationID: try row.text(8)),
      operation: try row.text(9),
      output: Output(good: try row.quantity(10), scrap: try row.quantity(11)),
      isFinal: try row.bool(12), receivedAt: try row.instant(13),
      outcome: try OrderColumns.outcome(row, 14))
  }
}
