import GRDB
public import Values

/// The audit log of a database, or of a backup, as an auditor reads it: read-only, whether or not a
/// service writes to it.
public enum DatabaseAudit {
  /// What the auditor is told.
  public struct Report: Sendable, Hashable {
    /// The database's incarnation.
    public let incarnation: Incarnation
    /// Entries looked at.
    public let entries: Int64
    /// Of them those from before there was a chain, of which nothing is known.
    public let unchained: Int64
    /// The newest entry.
    public let newest: Int64
    /// The newest entry with a signed head, in the file or given; 0 when there is none. What follows
    /// could have been cut off unseen.
    public let signedThrough: Int64
    /// What is wrong; empty when nothing is.
    public let findings: [AuditVerifier.Finding]
  }

  /// Walks the whole log.
  /// - Parameters:
  ///   - heads: kept elsewhere, beside those in the file.
  ///   - isGenuine: judges the signature of a head.
  ///   - progress: called with the entries looked at so far.
  /// - Throws: ``DatabaseFileError``, ``RecordStoreError``.
  public static func verify(
    _ path: String, heads: [SignedAuditHead], now: Instant,
    isGenuine: (SignedAuditHead) -> Bool, progress: (Int64) -> Void = { _ in }
  ) throws -> Report {
    try reading(path, now) { read in
      let incarnation = try read { try StoreFacts($0).incarnation }
      let all = try self.heads(read, after: 0) + heads
      var verifier = AuditVerifier(heads: all, isGenuine: isGenuine)
      // A snapshot for each page: the log is only added to, so it may be read in parts, and a
      // service that runs is not kept from moving its write-ahead log.
      try verifier.walk(
        { after, limit in try read { try $0.linkedAuditRecords(after: after, limit: limit) } },
        progress: progress)
      let findings = verifier.finish()
      return Report(
        incarnation: incarnation, entries: verifier.count, unchained: verifier.unchained,
        newest: verifier.sequence, signedThrough: all.map(\.sequence).max() ?? 0,
        findings: findings)
    }
  }

  /// The signed heads after a sequence, oldest first.
  /// - Throws: ``DatabaseFileError``, ``RecordStoreError``.
  public static func heads(_ path: String, after: Int64, now: Instant) throws
    -> [SignedAuditHead]
  {
    try reading(path, now) { try heads($0, after: after) }
  }

  private static func reading<T>(
    _ path: String, _ now: Instant, _ body: (Reader) throws -> T
  ) throws -> T {
    try DatabaseFileError.naming(path) {
      let queue = try StoreFile.open(path)
      let result = try body(Reader(queue: queue, now: now))
      try queue.close()
      return result
    }
  }

  /// Reads on one snapshot after the other.
  private struct Reader {
    let queue: DatabaseQueue
    let now: Instant

    func callAsFunction<T>(_ body: (Snapshot) throws -> T) throws -> T {
      try StoreFile.reading(queue, now: now, body)
    }
  }

  private static func heads(_ read: Reader, after: Int64) throws -> [SignedAuditHead] {
    var found: [SignedAuditHead] = []
    while true {
      let last = found.last?.sequence ?? after
      let page = try read { try $0.signedAuditHeads(after: last, limit: AuditVerifier.pageEntries) }
      if page.isEmpty { return found }
      found += page
    }
  }
}
