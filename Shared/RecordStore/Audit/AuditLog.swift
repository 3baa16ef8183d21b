public import Values

/// Who did what, when, from where. Written in the transaction of what was done.
public struct AuditEntry: Sendable, Hashable {
  /// Who: the principal's identity.
  public let principal: String
  /// From where: the address of the connection, or the program.
  public let origin: String
  /// What: the full method name, for example
  /// `millrace.production.v1.ProductionService/ReportProduction`.
  public let action: String
  /// To what: a business key that a person recognises.
  public let object: String
  /// How it ended: `OK`, or the reason of a refusal.
  public let outcome: String
  /// The caller's correlation id; empty when it gave none.
  public let correlation: String
  /// A digest of the object before, `nil` when there was none.
  public let digestBefore: [UInt8]?
  /// A digest of the object after, `nil` when nothing changed.
  public let digestAfter: [UInt8]?

  /// An entry of its parts.
  public init(
    principal: String, origin: String, action: String, object: String, outcome: String = "OK",
    correlation: String = "", digestBefore: [UInt8]? = nil, digestAfter: [UInt8]? = nil
  ) {
    self.principal = principal
    self.origin = origin
    self.action = action
    self.object = object
    self.outcome = outcome
    self.correlation = correlation
    self.digestBefore = digestBefore
    self.digestAfter = digestAfter
  }
}

/// An entry as it is stored.
public struct AuditRecord: Sendable, Hashable {
  /// Its place: 1 and upwards, without gaps.
  public let sequence: Int64
  /// When it was written.
  public let at: Instant
  /// What was written.
  public let entry: AuditEntry
}

/// Appends audit entries.
public struct AuditLog {
  let transaction: Transaction

  /// Appends an entry and answers its sequence.
  @discardableResult
  public func append(_ entry: AuditEntry) throws -> Int64 {
    // Rows are never deleted, so SQLite's next rowid is the next sequence, without gaps.
    try transaction.execute(
      """
      INSERT INTO rs_audit
        (at, principal, origin, action, object, outcome, correlation, digest_before, digest_after)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      transaction.now, entry.principal, entry.origin, entry.action, entry.object, entry.outcome,
      entry.correlation, entry.digestBefore, entry.digestAfter)
    return transaction.lastInsertedRowID
  }
}

extension Snapshot {
  /// The audit entries after a sequence, at most `limit`, oldest first.
  public final func auditRecords(after: Int64, limit: Int) throws -> [AuditRecord] {
    try rows(
      """
      SELECT sequence, at, principal, origin, action, object, outcome, correlation,
        digest_before, digest_after
      FROM rs_audit WHERE sequence > ? ORDER BY sequence LIMIT ?
      """,
      after, limit
    ) { row in
      AuditRecord(
        sequence: try row.int64(0), at: try row.instant(1),
        entry: AuditEntry(
          principal: try row.text(2), origin: try row.text(3), action: try row.text(4),
          object: try row.text(5), outcome: try row.text(6), correlation: try row.text(7),
          digestBefore: try row.optionalBlob(8), digestAfter: try row.optionalBlob(9)))
    }
  }
}
