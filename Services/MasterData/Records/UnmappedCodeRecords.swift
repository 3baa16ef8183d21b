import RecordStore
import Values

/// Codes that nobody knew, in and out of the database.
enum UnmappedCodeRecords {
  /// Most codes of a site: the ones that were not asked for the longest go first. A system with more
  /// unknown codes is not mapped at all.
  static let maximumPerSite = 100_000

  /// Adds to the count of a code.
  static func add(_ code: UnmappedCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO unmapped_codes
        (site, system, kind, code, has_rule, count, first_seen_at, last_seen_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (site, system, kind, code) DO UPDATE SET
        has_rule = excluded.has_rule, count = count + excluded.count,
        last_seen_at = excluded.last_seen_at
      """, code.space.site, code.space.system, code.space.kind.rawValue, code.code, code.hasRule,
      code.count, code.firstSeenAt, code.lastSeenAt)
  }

  /// Forgets what is beyond the bound of a site.
  static func prune(_ site: SiteCode, _ transaction: Transaction) throws {
    let count = try transaction.row("SELECT count(*) FROM unmapped_codes WHERE site = ?", site) {
      try $0.int(0)
    }
    guard let count, count > maximumPerSite else { return }
    try transaction.execute(
      """
      DELETE FROM unmapped_codes WHERE (site, system, kind, code) IN (
        SELECT site, system, kind, code FROM unmapped_codes WHERE site = ?
        ORDER BY last_seen_at LIMIT ?)
      """, site, count - maximumPerSite)
  }

  /// The codes of a site, those asked for most often first, after one of them.
  static func list(
    _ site: SiteCode, system: String, kind: RecordKind?, after last: UnmappedCode?, limit: Int,
    _ snapshot: Snapshot
  ) throws -> [UnmappedCode] {
    try snapshot.rows(
      """
      SELECT system, kind, code, has_rule, count, first_seen_at, last_seen_at
      FROM unmapped_codes
      WHERE site = ?1 AND (?2 = '' OR system = ?2) AND (?3 = '' OR kind = ?3)
        AND (?4 = 0 OR count < ?4 OR (count = ?4 AND (system, kind, code) > (?5, ?6, ?7)))
      ORDER BY count DESC, system, kind, code LIMIT ?8
      """, site, system, kind?.rawValue ?? "", last?.count ?? 0, last?.space.system ?? "",
      last?.space.kind.rawValue ?? "", last?.code ?? "", limit
    ) { row in
      UnmappedCode(
        space: CodeSpace(
          site: site, system: try row.text(0), kind: try MasterRecords.kind(of: row, 1)),
        code: try row.text(2), hasRule: try row.bool(3), count: try row.int64(4),
        firstSeenAt: try row.instant(5), lastSeenAt: try row.instant(6))
    }
  }
}
