import RecordStore
import Values

/// How far a site's feed of Production was taken over.
enum FeedRecords {
  /// The cursor: the token after the last event taken over, and how often the feed began anew.
  struct Cursor: Sendable, Hashable {
    var token: String
    var epoch: Int64
  }

  /// The site's cursor; an empty token and epoch 0 at the beginning.
  static func cursor(site: SiteCode, _ snapshot: Snapshot) throws -> Cursor {
    try snapshot.row("SELECT token, epoch FROM odoo_feeds WHERE site = ?", site) { row in
      Cursor(token: try row.text(0), epoch: try row.int64(1))
    } ?? Cursor(token: "", epoch: 0)
  }

  /// Sets the cursor.
  static func set(_ cursor: Cursor, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_feeds VALUES (?1, ?2, ?3)
      ON CONFLICT (site) DO UPDATE SET token = ?2, epoch = ?3
      """, site, cursor.token, cursor.epoch)
  }
}
