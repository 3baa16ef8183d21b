import Environment
import RecordStore
import Values

/// Cases: one open one per order and reason.
enum CaseRecords {
  /// Opens a case, or brings the words of the open one up to date.
  static func open(
    _ finding: CaseFinding, order name: String, site: SiteCode, _ transaction: Transaction,
    _ identifiers: IdentifierSource
  ) throws {
    let updated = try transaction.execute(
      """
      UPDATE odoo_cases SET explanation = ?4, odoo_answer = ?5
      WHERE site = ?1 AND order_name = ?2 AND reason = ?3 AND closed_at IS NULL
      """, site, name, finding.reason.rawValue, finding.explanation, finding.odooAnswer)
    guard updated == 0 else { return }
    try transaction.execute(
      "INSERT INTO odoo_cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)", identifiers.next(), site,
      name, finding.reason.rawValue, finding.explanation, finding.odooAnswer,
      finding.reason.owner.rawValue, transaction.now)
  }

  /// Closes the open cases of an order whose reason is one of these.
  static func close(
    _ reasons: some Sequence<CaseReason>, order name: String, site: SiteCode,
    _ transaction: Transaction
  ) throws {
    for reason in reasons {
      try transaction.execute(
        """
        UPDATE odoo_cases SET closed_at = ?4
        WHERE site = ?1 AND order_name = ?2 AND reason = ?3 AND closed_at IS NULL
        """, site, name, reason.rawValue, transaction.now)
    }
  }

  /// Whether such a case is open.
  static func isOpen(
    _ reason: CaseReason, order name: String, site: SiteCode, _ snapshot: Snapshot
  ) throws -> Bool {
    try snapshot.row(
      """
      SELECT 1 FROM odoo_cases
      WHERE site = ? AND order_name = ? AND reason = ? AND closed_at IS NULL
      """, site, name, reason.rawValue
    ) { try $0.bool(0) } ?? false
  }

  /// The open cases of master data about something: their names are its noun alone, or begin with it.
  static func open(named noun: String, site: SiteCode, _ snapshot: Snapshot) throws
    -> [(name: String, reason: CaseReason)]
  {
    try snapshot.rows(
      """
      SELECT order_name, reason FROM odoo_cases
      WHERE site = ?1 AND closed_at IS NULL
        AND (order_name = ?2 OR (order_name >= ?2 || ' ' AND order_name < ?2 || '!'))
      """, site, noun
    ) { row in
      guard let reason = CaseReason(rawValue: try row.text(1)) else {
        throw StoredTextError(what: "case reason")
      }
      return (try row.text(0), reason)
    }.filter { CaseReason.ofMasterData.contains($0.reason) }
  }

  /// A site's cases by the time of opening, after the one of this identifier.
  static func list(
    site: SiteCode, openOnly: Bool, after id: Identifier?, limit: Int, _ snapshot: Snapshot
  ) throws -> [OdooCase] {
    try snapshot.rows(
      """
      SELECT case_id, order_name, reason, explanation, odoo_answer, opened_at, closed_at
      FROM odoo_cases
      WHERE site = ? AND case_id > ? AND (closed_at IS NULL OR NOT ?) ORDER BY case_id LIMIT ?
      """, site, id?.bytes ?? [], openOnly, limit
    ) { row in
      guard let reason = CaseReason(rawValue: try row.text(2)) else {
        throw StoredTextError(what: "case reason")
      }
      return OdooCase(
        id: try row.identifier(0), site: site, orderName: try row.text(1), reason: reason,
        explanation: try row.text(3), odooAnswer: try row.text(4), openedAt: try row.instant(5),
        closedAt: try row.optionalInstant(6))
    }
  }
}
