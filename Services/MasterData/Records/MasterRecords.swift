import RecordStore
import Values

/// A record as it is stored.
struct StoredRecord: Sendable {
  let kind: RecordKind
  let code: String
  let revision: Int64
  let changedAt: Instant
  let changeSequence: Int64
  /// Its message, without what the service adds to its head.
  let content: [UInt8]

  /// What the record is now, as callers name it.
  var etag: String { "r\(revision)" }
}

/// Records of every kind in and out of the database.
enum MasterRecords {
  private static let columns = "kind, code, revision, changed_at, change_sequence, content"

  /// The record of a code.
  static func find(_ kind: RecordKind, _ code: String, _ snapshot: Snapshot) throws -> StoredRecord?
  {
    try snapshot.row(
      "SELECT \(columns) FROM master_records WHERE kind = ? AND code = ?", kind.rawValue, code,
      map: read)
  }

  /// The records of a kind by code, after a code; only those in `lifeCycles` unless it is empty.
  static func list(
    _ kind: RecordKind, in lifeCycles: [LifeCycle], beginningWith prefix: String,
    after code: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredRecord] {
    let places = lifeCycles.map { _ in "?" }.joined(separator: ", ")
    let filter = lifeCycles.isEmpty ? "" : " AND life_cycle IN (\(places))"
    let arguments: [any SQLConvertible] =
      [kind.rawValue, code, prefix, prefix + "\u{7F}"] + lifeCycles.map(\.rawValue) + [limit]
    // Codes are ASCII: what begins like the prefix lies between it and the prefix with a last character.
    return try snapshot.rows(
      """
      SELECT \(columns) FROM master_records
      WHERE kind = ? AND code > ? AND code >= ? AND code < ?\(filter) ORDER BY code LIMIT ?
      """, arguments: arguments, map: read)
  }

  /// The records of all kinds that have changed after a sequence, in the order of their last change.
  static func changed(after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [StoredRecord]
  {
    try snapshot.rows(
      """
      SELECT \(columns) FROM master_records WHERE change_sequence > ?
      ORDER BY change_sequence LIMIT ?
      """, sequence, limit, map: read)
  }

  /// Stores a record as it is from now on.
  static func put(_ record: StoredRecord, _ lifeCycle: LifeCycle, _ transaction: Transaction) throws
  {
    try transaction.execute(
      """
      INSERT INTO master_records
        (kind, code, life_cycle, revision, changed_at, change_sequence, content)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (kind, code) DO UPDATE SET
        life_cycle = excluded.life_cycle, revision = excluded.revision,
        changed_at = excluded.changed_at, change_sequence = excluded.change_sequence,
        content = excluded.content
      """, record.kind.rawValue, record.code, lifeCycle.rawValue, record.revision,
      record.changedAt, record.changeSequence, record.content)
  }

  private static func read(_ row: Row) throws -> StoredRecord {
    guard let kind = RecordKind(rawValue: try row.text(0)) else {
      throw StoredRecordError(text: try row.text(0))
    }
    return StoredRecord(
      kind: kind, code: try row.text(1), revision: try row.int64(2), changedAt: try row.instant(3),
      changeSequence: try row.int64(4), content: try row.blob(5))
  }
}

/// A row that no program of ours has written like this.
struct StoredRecordError: Error, CustomStringConvertible {
  let text: String
  var description: String { "a stored record cannot be read: \(text)" }
}
