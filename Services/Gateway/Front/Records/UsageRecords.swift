import RPC
import RecordStore
import Values

/// The usage ledger as it is stored.
enum UsageRecords {
  /// Rows that one look for old ones deletes.
  private static let prunedRows = 200

  /// An entry with its place in the ledger.
  struct Entry: Sendable {
    let id: Int64
    let key: UsageKey
    let count: UsageCount
  }

  /// Adds calls to what is stored.
  static func add(_ count: UsageCount, to key: UsageKey, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO front_usage (day, partner, method, code, calls, request_bytes, response_bytes,
        duration_microseconds, last_used_at, charged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (partner, day, method, code) DO UPDATE SET
        calls = calls + excluded.calls, request_bytes = request_bytes + excluded.request_bytes,
        response_bytes = response_bytes + excluded.response_bytes,
        duration_microseconds = duration_microseconds + excluded.duration_microseconds,
        last_used_at = max(last_used_at, excluded.last_used_at),
        charged = charged + excluded.charged
      """, key.day.number, key.partner, key.method, key.code.rawValue, count.calls,
      count.requestBytes, count.responseBytes, count.durationMicroseconds, count.lastUsedAt,
      count.charged)
  }

  /// Deletes some of what is older.
  static func prune(before day: CalendarDay, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      DELETE FROM front_usage WHERE usage_id IN
        (SELECT usage_id FROM front_usage WHERE day < ? LIMIT ?)
      """, day.number, prunedRows)
  }

  /// What is stored of some days, of one partner or of all, behind an entry.
  static func list(
    _ partner: String?, _ days: ClosedRange<CalendarDay>, after id: Int64, limit: Int,
    _ snapshot: Snapshot
  ) throws -> [Entry] {
    try snapshot.rows(
      """
      SELECT usage_id, day, partner, method, code, calls, request_bytes, response_bytes,
        duration_microseconds, last_used_at, charged FROM front_usage
      WHERE (?1 IS NULL OR partner = ?1) AND day BETWEEN ?2 AND ?3 AND usage_id > ?4
      ORDER BY usage_id LIMIT ?5
      """, partner, days.lowerBound.number, days.upperBound.number, id, limit
    ) { row in
      var count = UsageCount()
      (count.calls, count.requestBytes) = (try row.int64(5), try row.int64(6))
      (count.responseBytes, count.durationMicroseconds) = (try row.int64(7), try row.int64(8))
      (count.lastUsedAt, count.charged) = (try row.instant(9), try row.int64(10))
      return Entry(
        id: try row.int64(0),
        key: UsageKey(
          day: CalendarDay(number: try row.int64(1)), partner: try row.text(2),
          method: try row.text(3), code: StatusCode(rawValue: try row.int(4))), count: count)
    }
  }

  /// Calls of a day by partner that its daily quota was charged with.
  static func callsByPartner(on day: CalendarDay, _ snapshot: Snapshot) throws -> [String: Int64] {
    let rows = try snapshot.rows(
      """
      SELECT partner, sum(charged) FROM front_usage WHERE day = ?
      GROUP BY partner HAVING sum(charged) > 0
      """, day.number
    ) { (try $0.text(0), try $0.int64(1)) }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// What one partner has called of a package, by method.
  static func methods(
    of package: String, _ partner: String, _ snapshot: Snapshot
  ) throws -> [(method: String, calls: Int64, lastUsedAt: Instant)] {
    // Behind a package's name comes a full stop, and then no other full stop.
    try snapshot.rows(
      """
      SELECT method, sum(calls), max(last_used_at) FROM front_usage
      WHERE partner = ?1 AND substr(method, 1, length(?2)) = ?2
        AND instr(substr(method, length(?2) + 1), '.') = 0
      GROUP BY method ORDER BY method
      """, partner, package + "."
    ) { (method: try $0.text(0), calls: try $0.int64(1), lastUsedAt: try $0.instant(2)) }
  }
}
