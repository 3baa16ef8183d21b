import JSON
import RecordStore
import Values

/// What Production and people are told about postings.
enum OutcomeRecords {
  /// An outcome that Production has not taken yet.
  struct Outcome: Sendable, Hashable {
    var orderName: String
    var revision: Int64
    var status: PostingStatus
  }

  /// Outcomes to report, by order name.
  static func unreported(site: SiteCode, limit: Int, _ snapshot: Snapshot) throws -> [Outcome] {
    try snapshot.rows(
      """
      SELECT order_name, revision, state, reason, document, covers_through, booked_through
      FROM odoo_postings
      WHERE site = ? AND revision > reported_revision ORDER BY order_name LIMIT ?
      """, site, limit
    ) { row in
      Outcome(
        orderName: try row.text(0), revision: try row.int64(1), status: try status(row, from: 2))
    }
  }

  private static func status(_ row: Row, from index: Int) throws -> PostingStatus {
    PostingStatus(
      state: try PostingRecords.state(row, index), reason: try row.text(index + 1),
      document: try row.text(index + 2), coversThrough: try row.int64(index + 3),
      bookedThrough: try row.int64(index + 4))
  }

  /// Production has this revision.
  static func reported(
    _ outcome: Outcome, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_postings SET reported_revision = max(reported_revision, ?3)
      WHERE site = ?1 AND order_name = ?2
      """, site, outcome.orderName, outcome.revision)
  }

  /// Production has lost what it was told: everything is reported again.
  static func forgetReported(site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE odoo_postings SET reported_revision = 0 WHERE site = ?", site)
  }

  /// Postings by order name, after the one of this name.
  static func list(site: SiteCode, after name: String, limit: Int, _ snapshot: Snapshot) throws
    -> [OdooPosting]
  {
    try snapshot.rows(
      """
      SELECT order_name, state, reason, document, covers_through, booked_through, revision,
        changed_at, totals_sequence, documents
      FROM odoo_postings WHERE site = ? AND order_name > ? ORDER BY order_name LIMIT ?
      """, site, name, limit
    ) { row in
      let status = try status(row, from: 1)
      let documents = try JSONValue(parsing: row.text(9)).arrayValue ?? []
      return OdooPosting(
        site: site, orderName: try row.text(0), state: status.state, reason: status.reason,
        document: status.document, revision: try row.int64(6), changedAt: try row.instant(7),
        targetThrough: try row.int64(8), coversThrough: status.coversThrough,
        bookedThrough: status.bookedThrough, documents: documents.compactMap(\.stringValue))
    }
  }
}
