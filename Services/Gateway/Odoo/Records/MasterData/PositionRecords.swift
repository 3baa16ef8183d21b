import RecordStore
import Values

/// Where MasterData stood when it was looked at last.
enum PositionRecords {
  /// The token of then, empty before the first look.
  static func token(site: SiteCode, _ snapshot: Snapshot) throws -> String {
    try snapshot.row("SELECT token FROM odoo_master_positions WHERE site = ?", site) {
      try $0.text(0)
    } ?? ""
  }

  /// It stands there now.
  static func put(_ token: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT OR REPLACE INTO odoo_master_positions (site, token) VALUES (?, ?)", site, token)
  }

  /// MasterData is as it was on a day before: what it has taken since is due again, and what it should
  /// not have any more stays to be withdrawn.
  static func restored(site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE odoo_master_claims
      SET digest = NULL, accepted = CASE wanted WHEN 1 THEN 0 ELSE accepted END WHERE site = ?
      """, site)
    try transaction.execute(
      "UPDATE odoo_master_subjects SET look_at = ?, attempts = 0 WHERE site = ?", transaction.now,
      site)
    try put("", site: site, transaction)
  }
}
