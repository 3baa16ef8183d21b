import RecordStore
import Values

/// How far the models of a site have been read.
enum ScanRecords {
  /// How far one model has been read.
  struct State: Sendable, Hashable {
    /// Everything older, but for the overlap, was seen; `nil` before the first look has ended.
    var cursor: String?
    /// What the cursor becomes at the end of a look of several pages; `nil` when none is under way.
    var nextCursor: String?
    /// From when on that look reads; empty for everything.
    var windowStart = ""
    /// The last id that it has read.
    var lastID: Int64 = 0
  }

  /// What has been read is written down together with what it has led to.
  enum Progress: Sendable, Hashable {
    /// A look of several pages has come to this id.
    case page(String, lastID: Int64)
    /// A look has ended.
    case finished(String, cursor: String)

    fileprivate var model: String {
      switch self {
      case .page(let model, _), .finished(let model, _): model
      }
    }
  }

  /// How far a model has been read.
  static func state(of model: String, site: SiteCode, _ snapshot: Snapshot) throws -> State {
    try snapshot.row(
      """
      SELECT cursor, next_cursor, window_start, last_id FROM odoo_master_scans
      WHERE site = ? AND model = ?
      """, site, model
    ) { row in
      State(
        cursor: try row.optionalText(0), nextCursor: try row.optionalText(1),
        windowStart: try row.text(2), lastID: try row.int64(3))
    } ?? State()
  }

  /// Begins a look of several pages.
  static func begin(
    _ model: String, from windowStart: String, nextCursor: String, site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_master_scans VALUES (?1, ?2, NULL, ?4, ?3, 0)
      ON CONFLICT (site, model) DO UPDATE SET next_cursor = ?4, window_start = ?3, last_id = 0
      """, site, model, windowStart, nextCursor)
  }

  /// Writes progress down; a cursor never goes back.
  static func note(_ progress: Progress, site: SiteCode, _ transaction: Transaction) throws {
    switch progress {
    case .page(_, let lastID):
      try transaction.execute(
        "UPDATE odoo_master_scans SET last_id = ?3 WHERE site = ?1 AND model = ?2", site,
        progress.model, lastID)
    case .finished(_, let cursor):
      try transaction.execute(
        """
        INSERT INTO odoo_master_scans VALUES (?1, ?2, ?3, NULL, '', 0)
        ON CONFLICT (site, model) DO UPDATE
        SET cursor = max(coalesce(cursor, ''), ?3), next_cursor = NULL, window_start = '', last_id = 0
        """, site, progress.model, cursor)
    }
  }
}
