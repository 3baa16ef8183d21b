import Identity
import RecordStore
import Values

/// Partners as they are stored.
enum PartnerRecords {
  private static let columns = """
    name, sites, roles, partner_code, calls_per_second, burst, concurrent_calls, calls_per_day,
    is_suspended, revision
    """

  /// Every partner.
  static func all(_ snapshot: Snapshot) throws -> [Partner] {
    try snapshot.rows("SELECT \(columns) FROM front_partners ORDER BY name") { try read($0) }
  }

  /// The partner of a name.
  static func find(_ name: String, _ snapshot: Snapshot) throws -> Partner? {
    try snapshot.row("SELECT \(columns) FROM front_partners WHERE name = ?", name) { try read($0) }
  }

  /// Partners by name, after this one.
  static func list(after name: String, limit: Int, _ snapshot: Snapshot) throws -> [Partner] {
    try snapshot.rows(
      "SELECT \(columns) FROM front_partners WHERE name > ? ORDER BY name LIMIT ?", name, limit
    ) { try read($0) }
  }

  /// How many there are.
  static func count(_ snapshot: Snapshot) throws -> Int {
    try snapshot.row("SELECT count(*) FROM front_partners") { try $0.int(0) } ?? 0
  }

  /// Stores a partner as it is now.
  static func put(_ partner: Partner, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO front_partners (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET
        sites = excluded.sites, roles = excluded.roles, partner_code = excluded.partner_code,
        calls_per_second = excluded.calls_per_second, burst = excluded.burst,
        concurrent_calls = excluded.concurrent_calls, calls_per_day = excluded.calls_per_day,
        is_suspended = excluded.is_suspended, revision = excluded.revision
      """, partner.name, joined(partner.sites.map(\.text)),
      joined(partner.roles.map(\.description)), partner.partnerCode,
      partner.limits.callsPerSecond, partner.limits.burst, partner.limits.concurrentCalls,
      partner.limits.callsPerDay, partner.isSuspended, partner.revision)
  }

  private static func joined(_ codes: [String]) -> String { codes.sorted().joined(separator: " ") }

  private static func codes(_ text: String) -> [String] {
    text.split(separator: " ").map { String($0) }
  }

  private static func read(_ row: Row) throws -> Partner {
    Partner(
      name: try row.text(0), sites: Set(codes(try row.text(1)).map { SiteCode($0) }),
      roles: Set(codes(try row.text(2)).map { RoleName($0) }), partnerCode: try row.text(3),
      limits: CallLimits(
        callsPerSecond: try row.int64(4), burst: try row.int64(5),
        concurrentCalls: try row.int64(6), callsPerDay: try row.optionalInt64(7)),
      isSuspended: try row.bool(8), revision: try row.int64(9))
  }
}
