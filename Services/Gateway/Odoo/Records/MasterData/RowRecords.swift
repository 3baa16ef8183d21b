import RecordStore
import Values

/// Every row of Odoo that was seen, by content.
enum RowRecords {
  /// A row as it was seen.
  struct Seen: Sendable, Hashable {
    var id: Int64
    var subject: Int64
    var writeDate: String
    var digest: [UInt8]
  }

  /// How a row was seen last; `nil` when it never was.
  static func find(_ id: Int64, of model: String, site: SiteCode, _ snapshot: Snapshot) throws
    -> Seen?
  {
    try snapshot.row(
      """
      SELECT odoo_id, subject_id, write_date, digest FROM odoo_master_rows
      WHERE site = ? AND model = ? AND odoo_id = ?
      """, site, model, id, map: read)
  }

  /// Rows above an id, by id.
  static func list(
    _ model: String, after id: Int64, through last: Int64, limit: Int, site: SiteCode,
    _ snapshot: Snapshot
  ) throws -> [Seen] {
    try snapshot.rows(
      """
      SELECT odoo_id, subject_id, write_date, digest FROM odoo_master_rows
      WHERE site = ? AND model = ? AND odoo_id > ? AND odoo_id <= ? ORDER BY odoo_id LIMIT ?
      """, site, model, id, last, limit, map: read)
  }

  /// How many rows of a model were seen.
  static func count(_ model: String, site: SiteCode, _ snapshot: Snapshot) throws -> Int {
    try snapshot.row(
      "SELECT count(*) FROM odoo_master_rows WHERE site = ? AND model = ?", site, model
    ) { try $0.int(0) } ?? 0
  }

  /// The rows of a subject.
  static func ids(of subject: Int64, in model: String, site: SiteCode, _ snapshot: Snapshot) throws
    -> [Int64]
  {
    try snapshot.rows(
      "SELECT odoo_id FROM odoo_master_rows WHERE site = ? AND model = ? AND subject_id = ?", site,
      model, subject
    ) { try $0.int64(0) }
  }

  /// Keeps how a row was seen, and answers how it was before.
  @discardableResult
  static func keep(_ seen: Seen, of model: String, site: SiteCode, _ transaction: Transaction)
    throws
    -> Seen?
  {
    let before = try find(seen.id, of: model, site: site, transaction)
    guard before != seen else { return before }
    try transaction.execute(
      """
      INSERT INTO odoo_master_rows VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (site, model, odoo_id)
      DO UPDATE SET subject_id = ?4, write_date = ?5, digest = ?6
      """, site, model, seen.id, seen.subject, seen.writeDate, seen.digest)
    return before
  }

  /// Forgets a row.
  static func remove(_ id: Int64, of model: String, site: SiteCode, _ transaction: Transaction)
    throws
  {
    try transaction.execute(
      "DELETE FROM odoo_master_rows WHERE site = ? AND model = ? AND odoo_id = ?", site, model, id)
  }

  private static func read(_ row: Row) throws -> Seen {
    Seen(
      id: try row.int64(0), subject: try row.int64(1), writeDate: try row.text(2),
      digest: try row.blob(3))
  }
}
