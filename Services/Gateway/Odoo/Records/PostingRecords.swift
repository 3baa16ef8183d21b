import JSON
import RecordStore
import Values

/// One row per order: the newest totals, what Odoo may hold because of us, what became of it.
enum PostingRecords {
  /// What a run of the engine needs.
  struct Task: Sendable {
    var orderName: String
    /// `nil` when the Gateway has never released the order.
    var order: ReleasedOrder?
    /// A serialized `OrderTotalsChanged`; `nil` before the first report.
    var totals: [UInt8]?
    var base: PostingBase
    var refused: RefusedCall?
    var isOutcomeOpen: Bool
    var status: PostingStatus
    var wake: Int64
    var attempts: Int
  }

  /// Makes the row of an order that has none.
  static func ensure(_ name: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_postings VALUES
        (?, ?, 0, 0, NULL, ?, NULL, 0, ?, '', '', '[]', 0, 0, 0, 0, ?, 0, NULL, 0)
      ON CONFLICT DO NOTHING
      """, site, name, PostingBase().stored, PostingState.queued.rawValue, transaction.now)
  }

  /// Keeps totals when they are newer than those that are there. An epoch begins when Production's
  /// database has been restored: its sequences may have gone back.
  static func take(
    totals: [UInt8], through sequence: Int64, epoch: Int64, order name: String, site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try ensure(name, site: site, transaction)
    try transaction.execute(
      """
      UPDATE odoo_postings
      SET totals = ?3, totals_sequence = ?4, totals_epoch = ?5, wake = wake + 1, look_at = ?6,
        attempts = 0
      WHERE site = ?1 AND order_name = ?2
        AND (totals_epoch < ?5 OR (totals_epoch = ?5 AND totals_sequence < ?4))
      """, site, name, totals, sequence, epoch, transaction.now)
  }

  /// Has a chain looked at: something about it has changed in Odoo.
  static func wake(_ name: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE odoo_postings SET wake = wake + 1, look_at = ?3 WHERE site = ?1 AND order_name = ?2
      """, site, name, transaction.now)
  }

  /// Has every chain looked at that waits for this reason.
  static func wakeAll(
    rejectedFor reason: CaseReason, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "UPDATE odoo_postings SET wake = wake + 1, look_at = ?3 WHERE site = ?1 AND reason = ?2",
      site, reason.rawValue, transaction.now)
  }

  /// The chains that are due, longest due first.
  static func due(site: SiteCode, limit: Int, _ snapshot: Snapshot) throws -> [Task] {
    try snapshot.rows(
      """
      SELECT p.order_name, o.plan, p.totals, p.base, p.refused, p.is_outcome_open, p.state,
        p.reason, p.document, p.covers_through, p.booked_through, p.wake, p.attempts
      FROM odoo_postings p
      LEFT JOIN odoo_orders o ON o.site = p.site AND o.order_name = p.order_name
      WHERE p.site = ? AND p.look_at <= ? ORDER BY p.look_at LIMIT ?
      """, site, snapshot.now, limit
    ) { row in
      Task(
        orderName: try row.text(0),
        order: try row.optionalText(1).map(ReleasedOrder.init(stored:)),
        totals: try row.optionalBlob(2), base: try PostingBase(stored: row.text(3)),
        refused: try row.optionalText(4).map(RefusedCall.init(stored:)),
        isOutcomeOpen: try row.bool(5),
        status: PostingStatus(
          state: try state(row, 6), reason: try row.text(7), document: try row.text(8),
          coversThrough: try row.int64(9), bookedThrough: try row.int64(10)),
        wake: try row.int64(11), attempts: try row.int(12))
    }
  }

  static func state(_ row: Row, _ index: Int) throws -> PostingState {
    guard let state = PostingState(rawValue: try row.text(index)) else {
      throw StoredTextError(what: "posting state")
    }
    return state
  }

  /// Before a call is sent: what Odoo may hold from now on because of us.
  static func intend(
    _ base: PostingBase, isOutcomeOpen: Bool, status: PostingStatus, order name: String,
    site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_postings SET base = ?3, is_outcome_open = ?4 WHERE site = ?1 AND order_name = ?2
      """, site, name, base.stored, isOutcomeOpen)
    try set(status, order: name, site: site, transaction)
  }

  /// Sets the status; a changed one gets a new revision, which Production is told of.
  static func set(
    _ status: PostingStatus, order name: String, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_postings
      SET state = ?3, reason = ?4, document = ?5, covers_through = ?6, booked_through = ?7,
        revision = revision + 1, changed_at = ?8
      WHERE site = ?1 AND order_name = ?2
        AND (state, reason, document, covers_through, booked_through) <> (?3, ?4, ?5, ?6, ?7)
      """, site, name, status.state.rawValue, status.reason, status.document,
      status.coversThrough, status.bookedThrough, transaction.now)
  }

  /// After a run: what is known now, and when to look again (`nil`: not before something happens).
  static func conclude(
    _ task: Task, _ verdict: PostingVerdict, isOutcomeOpen: Bool, lookAt: Instant?,
    attempts: Int, site: SiteCode, _ transaction: Transaction
  ) throws {
    let documents = JSONValue.array(verdict.documents.map { .string($0) }).text
    // Something that happened during the run has counted up `wake` and set a time of its own: it
    // stays.
    try transaction.execute(
      """
      UPDATE odoo_postings
      SET base = ?3, refused = ?4, is_outcome_open = ?5,
        documents = CASE WHEN ?6 = '[]' THEN documents ELSE ?6 END,
        look_at = CASE WHEN wake = ?7 THEN ?8 ELSE look_at END,
        attempts = CASE WHEN wake = ?7 THEN ?9 ELSE attempts END
      WHERE site = ?1 AND order_name = ?2
      """, site, task.orderName, verdict.base.stored, verdict.refused?.stored, isOutcomeOpen,
      documents, task.wake, lookAt, attempts)
  }
}
