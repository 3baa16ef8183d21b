public import Values

/// Which audit entries are looked for. What is `nil` does not matter.
public struct AuditSearch: Sendable, Hashable {
  /// Of whom.
  public var principal: String?
  /// Whether only refusals.
  public var refusedOnly: Bool
  /// With which correlation.
  public var correlation: String?
  /// Not before.
  public var since: Instant?
  /// Before.
  public var until: Instant?

  /// Most entries that one look goes through, so that it stays short however rare they are.
  public static let maximumSteps: Int64 = 20_000

  /// A search of its parts.
  public init(
    principal: String? = nil, refusedOnly: Bool = false, correlation: String? = nil,
    since: Instant? = nil, until: Instant? = nil
  ) {
    self.principal = principal
    self.refusedOnly = refusedOnly
    self.correlation = correlation
    self.since = since
    self.until = until
  }
}

/// What one look has found.
public struct AuditFindings: Sendable, Hashable {
  /// The entries, oldest first.
  public let records: [LinkedAuditRecord]
  /// Where to go on; `nil` at the end of the log.
  public let next: Int64?
}

extension Snapshot {
  /// The entries after a sequence that are looked for, at most `limit`.
  public final func auditRecords(
    _ search: AuditSearch, after: Int64, limit: Int
  ) throws -> AuditFindings {
    let end = try auditHead.sequence
    guard after < end else { return AuditFindings(records: [], next: nil) }
    // Not beyond what an Int64 holds: no log has so many entries.
    let last = min(end, after + AuditSearch.maximumSteps)
    let found = try rows(
      """
      SELECT sequence FROM rs_audit
      WHERE sequence > ?1 AND sequence <= ?2 AND (?3 IS NULL OR principal = ?3)
        AND (?4 = 0 OR outcome <> 'OK') AND (?5 IS NULL OR correlation = ?5)
        AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7)
      ORDER BY sequence LIMIT ?8
      """, after, last, search.principal, search.refusedOnly, search.correlation, search.since,
      search.until, limit
    ) { try $0.int64(0) }
    let records = try found.flatMap { try linkedAuditRecords(after: $0 - 1, limit: 1) }
    let reached = found.count == limit ? found.last ?? last : last
    return AuditFindings(records: records, next: reached < end ? reached : nil)
  }
}
