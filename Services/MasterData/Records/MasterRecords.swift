import RecordStore
import Values

/// A record as it is stored.
struct StoredRecord: Sendable {
  let key: RecordKey
  let lifeCycle: LifeCycle
  let revision: Int64
  let changedAt: Instant
  let changeSequence: Int64
  /// Its message, without what the service adds to its head.
  let content: [UInt8]

  /// What the record is now, as callers name it; empty for one that is only tried and was not there. Its
  /// content is part of it: after a restore another record may come to the same revision.
  var etag: String {
    if revision == 0 { return "" }
    // FNV-1a, 64 bits: two contents that somebody mistakes for each other are no attack on anything.
    let hash = content.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    return "r\(revision)-\(String(hash, radix: 16))"
  }
}

/// Records of every kind in and out of the database.
enum MasterRecords {
  private static let columns =
    "kind, site, code, life_cycle, revision, changed_at, change_sequence, content"

  /// The record of a key.
  static func find(_ key: RecordKey, _ snapshot: Snapshot) throws -> StoredRecord? {
    try snapshot.row(
      "SELECT \(columns) FROM records WHERE kind = ? AND site = ? AND code = ?",
      key.kind.rawValue, key.site, key.code, map: read)
  }

  /// Where a record is in its life, `nil` when there is none.
  static func lifeCycle(of key: RecordKey, _ snapshot: Snapshot) throws -> LifeCycle? {
    try snapshot.row(
      "SELECT life_cycle FROM records WHERE kind = ? AND site = ? AND code = ?",
      key.kind.rawValue, key.site, key.code
    ) { try lifeCycle(of: $0, 0) }
  }

  /// The records of a kind by code, after a code; only those in `lifeCycles` unless it is empty.
  /// - Parameter site: empty for kinds of all sites.
  static func list(
    _ kind: RecordKind, site: String, in lifeCycles: [LifeCycle] = [],
    beginningWith prefix: String = "", after code: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredRecord] {
    let places = lifeCycles.map { _ in "?" }.joined(separator: ", ")
    let filter = lifeCycles.isEmpty ? "" : " AND life_cycle IN (\(places))"
    let arguments: [any SQLConvertible] =
      [kind.rawValue, site, code, prefix, prefix + "\u{10FFFF}"] + lifeCycles.map(\.rawValue)
      + [limit]
    // Texts are compared byte by byte, and UTF-8 keeps the order of characters: what begins like the
    // prefix lies between it and the prefix with the last of all characters.
    return try snapshot.rows(
      """
      SELECT \(columns) FROM records
      WHERE kind = ? AND site = ? AND code > ? AND code >= ? AND code < ?\(filter)
      ORDER BY code LIMIT ?
      """, arguments: arguments, map: read)
  }

  /// The records of all kinds that have changed after a sequence, in the order of their last change.
  static func changed(after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [StoredRecord]
  {
    try snapshot.rows(
      """
      SELECT \(columns) FROM records WHERE change_sequence > ? ORDER BY change_sequence LIMIT ?
      """, sequence, limit, map: read)
  }

  /// The records in use of a kind, of all sites.
  static func released(_ kind: RecordKind, limit: Int, _ snapshot: Snapshot) throws
    -> [StoredRecord]
  {
    try snapshot.rows(
      """
      SELECT \(columns) FROM records WHERE kind = ? AND life_cycle = 'released'
      ORDER BY site, code LIMIT ?
      """, kind.rawValue, limit, map: read)
  }

  /// Stores a record as it is from now on.
  static func put(_ record: StoredRecord, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO records
        (kind, site, code, life_cycle, revision, changed_at, change_sequence, content)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (kind, site, code) DO UPDATE SET
        life_cycle = excluded.life_cycle, revision = excluded.revision,
        changed_at = excluded.changed_at, change_sequence = excluded.change_sequence,
        content = excluded.content
      """, record.key.kind.rawValue, record.key.site, record.key.code, record.lifeCycle.rawValue,
      record.revision, record.changedAt, record.changeSequence, record.content)
  }

  private static func read(_ row: Row) throws -> StoredRecord {
    StoredRecord(
      key: RecordKey(try kind(of: row, 0), site: try row.text(1), try row.text(2)),
      lifeCycle: try lifeCycle(of: row, 3), revision: try row.int64(4),
      changedAt: try row.instant(5), changeSequence: try row.int64(6), content: try row.blob(7))
  }

  /// The kind in a column.
  static func kind(of row: Row, _ column: Int) throws -> RecordKind {
    let text = try row.text(column)
    guard let kind = RecordKind(rawValue: text) else { throw StoredRecordError(text: text) }
    return kind
  }

  private static func lifeCycle(of row: Row, _ column: Int) throws -> LifeCycle {
    let text = try row.text(column)
    guard let lifeCycle = LifeCycle(rawValue: text) else { throw StoredRecordError(text: text) }
    return lifeCycle
  }
}

/// A row that no program of ours has written like this.
struct StoredRecordError: Error, CustomStringConvertible {
  let text: String
  var description: String { "a stored record cannot be read: \(text)" }
}
