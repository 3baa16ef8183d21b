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
    let head = transaction.heads.audit
    let record = AuditRecord(sequence: head.sequence + 1, at: transaction.now, entry: entry)
    let link = head.link.following(record)
    try transaction.execute(
      """
      INSERT INTO rs_audit
        (sequence, at, principal, origin, action, object, outcome, correlation, digest_before,
         digest_after, link)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      record.sequence, record.at, entry.principal, entry.origin, entry.action, entry.object,
      entry.outcome, entry.correlation, entry.digestBefore, entry.digestAfter, link.bytes)
    transaction.heads.audit = AuditHead(sequence: record.sequence, link: link)
    return record.sequence
  }
}

/// An entry with the link under which it is stored.
public struct LinkedAuditRecord: Sendable, Hashable {
  /// The entry.
  public let record: AuditRecord
  /// What is stored as its link.
  public let link: AuditLink
}

extension Snapshot {
  /// The audit entries after a sequence, at most `limit`, oldest first.
  public final func auditRecords(after: Int64, limit: Int) throws -> [AuditRecord] {
    try linkedAuditRecords(after: after, limit: limit).map(\.record)
  }

  /// The same with their links.
  public final func linkedAuditRecords(after: Int64, limit: Int) throws -> [LinkedAuditRecord] {
    try rows(
      """
      SELECT sequence, at, principal, origin, action, object, outcome, correlation,
        digest_before, digest_after, link
      FROM rs_audit WHERE sequence > ? ORDER BY sequence LIMIT ?
      """,
      after, limit
    ) { row in
      LinkedAuditRecord(
        record: AuditRecord(
          sequence: try row.int64(0), at: try row.instant(1),
          entry: AuditEntry(
            principal: try row.text(2), origin: try row.text(3), action: try row.text(4),
            object: try row.text(5), outcome: try row.text(6), correlation: try row.text(7),
            digestBefore: try row.optionalBlob(8), digestAfter: try row.optionalBlob(9))),
        link: try row.auditLink(10))
    }
  }

  /// Where the audit log ends.
  final var auditHead: AuditHead {
    get throws {
      try row("SELECT sequence, link FROM rs_audit ORDER BY sequence DESC LIMIT 1") { row in
        AuditHead(sequence: try row.int64(0), link: try row.auditLink(1))
      } ?? .none
    }
  }
}

extension Row {
  /// A BLOB of 32 bytes.
  func auditLink(_ index: Int) throws -> AuditLink {
    let bytes = try blob(index)
    guard let link = AuditLink(bytes) else {
      throw RecordStoreError.column(
        index: index, expected: "BLOB of \(AuditLink.byteCount) bytes",
        found: "BLOB of \(bytes.count) bytes")
    }
    return link
  }
}
