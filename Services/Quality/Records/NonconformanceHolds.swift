import RecordStore
import Values

/// Which holds belong to which nonconformance.
enum NonconformanceHolds {
  static func add(
    _ hold: String, to nonconformance: String, at site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO nonconformance_holds (site, nonconformance_id, hold_id) VALUES (?, ?, ?)",
      site, nonconformance, hold)
  }

  static func list(
    _ nonconformance: String, at site: SiteCode, limit: Int64, _ snapshot: Snapshot
  ) throws -> [String] {
    try snapshot.rows(
      """
      SELECT hold_id FROM nonconformance_holds WHERE site = ? AND nonconformance_id = ?
      ORDER BY hold_id LIMIT ?
      """, site, nonconformance, limit
    ) { try $0.text(0) }
  }
}
