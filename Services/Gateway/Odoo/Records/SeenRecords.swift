import RecordStore
import Values

/// What the poll of a site has seen, and what waits for its time.
enum SeenRecords {
  /// An order's content when it was last seen.
  struct Seen: Sendable, Hashable {
    var odooID: Int64
    var content: String
  }

  /// The newest write_date that was seen; `nil` before the first poll.
  static func cursor(site: SiteCode, _ snapshot: Snapshot) throws -> String? {
    try snapshot.row("SELECT cursor FROM odoo_polls WHERE site = ?", site) { try $0.text(0) }
  }

  /// Moves the cursor on; it never goes back.
  static func advance(to writeDate: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_polls VALUES (?1, ?2)
      ON CONFLICT (site) DO UPDATE SET cursor = max(cursor, ?2)
      """, site, writeDate)
  }

  /// The content an order had when it was last seen.
  static func content(of id: Int64, site: SiteCode, _ snapshot: Snapshot) throws -> String? {
    try snapshot.row(
      "SELECT content FROM odoo_seen WHERE site = ? AND odoo_id = ?", site, id
    ) { try $0.text(0) }
  }

  /// Keeps what was seen; `lookAt`: when it is to be judged for release, `nil` for never.
  static func keep(
    _ header: OrderHeader, lookAt: Instant?, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_seen VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (site, odoo_id) DO UPDATE SET content = ?3, write_date = ?4, look_at = ?5
      """, site, header.id, header.content, header.writeDate, lookAt)
  }

  /// Changes when an order is judged again.
  static func setLook(_ id: Int64, at lookAt: Instant?, site: SiteCode, _ transaction: Transaction)
    throws
  {
    try transaction.execute(
      "UPDATE odoo_seen SET look_at = ?3 WHERE site = ?1 AND odoo_id = ?2", site, id, lookAt)
  }

  /// Orders whose time to be judged has come.
  static func due(site: SiteCode, limit: Int, _ snapshot: Snapshot) throws -> [Int64] {
    try snapshot.rows(
      "SELECT odoo_id FROM odoo_seen WHERE site = ? AND look_at <= ? ORDER BY look_at LIMIT ?",
      site, snapshot.now, limit
    ) { try $0.int64(0) }
  }

  /// Whether ``prune(before:site:_:)`` would forget anything.
  static func hasForgettable(before writeDate: String, site: SiteCode, _ snapshot: Snapshot) throws
    -> Bool
  {
    try snapshot.row(
      """
      SELECT EXISTS (
        SELECT 1 FROM odoo_seen WHERE site = ? AND write_date < ? AND look_at IS NULL)
      """, site, writeDate
    ) { try $0.bool(0) } ?? false
  }

  /// Forgets what a poll cannot meet again: older than the overlap and waiting for nothing.
  static func prune(before writeDate: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM odoo_seen WHERE site = ? AND write_date < ? AND look_at IS NULL", site,
      writeDate)
  }
}
