import CSQLite
import GRDB

/// What a connection is for.
enum ConnectionRole: Sendable, Hashable {
  case writer
  case reader
  /// Reads in another process than the service's, or a backup: the file may have a write-ahead log
  /// or none.
  case tool
  /// Writes an archive: a file that stands alone, without a write-ahead log.
  case archiver
}

extension ConnectionRole {
  /// Whether it must not write.
  var isReadOnly: Bool { self == .reader || self == .tool }
}

/// The settings that the promise of the records depends on: applied after GRDB has applied its own,
/// then read back.
///
/// GRDB's `DatabasePool` (and its WAL mode) sets `synchronous = NORMAL` after every hook of its
/// configuration has run; with that setting a power cut loses answered writes. So nothing is
/// believed before it has been read back.
enum Settings {
  /// How long a statement waits for a lock another program holds, such as `sqlite3` at an
  /// operator's terminal.
  static let busyTimeoutMilliseconds: Int64 = 5_000
  /// The write-ahead log file is cut to this size when it starts anew. Above the normal checkpoint
  /// size, so that it is only cut after an exceptional growth.
  static let journalSizeLimitBytes: Int64 = 64 << 20
  /// STRICT tables exist since 3.37.
  static let oldestSQLite: Int32 = 3_037_000

  private struct Requirement {
    let name: String
    let value: String
    let reason: String
    var roles: Set<ConnectionRole> = [.writer, .reader, .tool, .archiver]
  }

  /// Each pragma, what reading it must answer, and what is lost otherwise.
  private static let requirements = [
    Requirement(
      name: "journal_mode", value: "wal",
      reason: "group commit and snapshots need the write-ahead log", roles: [.writer, .reader]),
    Requirement(
      name: "synchronous", value: "2",
      reason: "anything below FULL loses answered writes in a power cut",
      roles: [.writer, .reader, .tool]),
    Requirement(
      name: "journal_mode", value: "delete", reason: "an archive is one file", roles: [.archiver]),
    // FULL does not synchronize the directory after the journal is gone: it could come back.
    Requirement(
      name: "synchronous", value: "3",
      reason: "anything below EXTRA can undo a copy in a power cut", roles: [.archiver]),
    Requirement(name: "foreign_keys", value: "1", reason: "rows must not refer to nothing"),
    Requirement(
      name: "cell_size_check", value: "1", reason: "damage must be found before it spreads",
      roles: [.writer, .tool, .archiver]),
    Requirement(
      name: "trusted_schema", value: "0", reason: "a damaged schema must not run functions"),
    Requirement(
      name: "wal_autocheckpoint", value: "0",
      reason: "checkpoints belong to the writer, between batches; overlapping ones can lose pages"),
    Requirement(
      name: "busy_timeout", value: "\(busyTimeoutMilliseconds)",
      reason: "a short lock of another program must not fail a write"),
    Requirement(
      name: "query_only", value: "0", reason: "the writer must be able to write",
      roles: [.writer, .archiver]),
    Requirement(
      name: "query_only", value: "1", reason: "a reader must not write", roles: [.reader, .tool]),
  ]

  /// Applies every setting.
  static func apply(to connection: GRDB.Database, role: ConnectionRole, cacheKibibytes: Int) throws
  {
    // Changing to WAL needs the right to write; a reader finds the file in WAL already.
    if role == .writer { try set(connection, "journal_mode", "WAL") }
    if role == .archiver { try set(connection, "journal_mode", "DELETE") }
    try set(connection, "synchronous", role == .archiver ? "EXTRA" : "FULL")
    try set(connection, "foreign_keys", "ON")
    // It looks at every cell of a page that comes into the cache; a reader spreads nothing.
    try set(connection, "cell_size_check", role == .reader ? "OFF" : "ON")
    try set(connection, "trusted_schema", "OFF")
    try set(connection, "wal_autocheckpoint", "0")
    try set(connection, "busy_timeout", "\(busyTimeoutMilliseconds)")
    try set(connection, "query_only", role.isReadOnly ? "ON" : "OFF")
    try set(connection, "journal_size_limit", "\(journalSizeLimitBytes)")
    try set(connection, "cache_size", "-\(cacheKibibytes)")
    // Debian's SQLite overwrites deleted rows with zeros; here nothing is secret from whoever can
    // read the file.
    try set(connection, "secure_delete", "OFF")
    try set(connection, "temp_store", "MEMORY")
    millrace_sqlite_enable_defensive(connection.sqliteConnection)
    sqlite3_limit(connection.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
  }

  /// Reads every setting back, but for those that a test names.
  /// - Throws: ``RecordStoreError/settings(_:)`` with a sentence that names the one that is wrong.
  static func verify(
    _ connection: GRDB.Database, role: ConnectionRole, except unverified: Set<String> = []
  ) throws {
    for requirement in requirements where requirement.roles.contains(role) {
      if unverified.contains(requirement.name) { continue }
      let found = try read(connection, requirement.name)
      guard found == requirement.value else {
        throw RecordStoreError.settings(
          """
          The \(role) connection has PRAGMA \(requirement.name) = \(found), it must be \
          \(requirement.value): \(requirement.reason).
          """)
      }
    }
    guard millrace_sqlite_is_defensive(connection.sqliteConnection) == 1 else {
      throw RecordStoreError.settings(
        "The \(role) connection is not DEFENSIVE: SQL could damage the file on purpose.")
    }
    guard sqlite3_limit(connection.sqliteConnection, SQLITE_LIMIT_ATTACHED, -1) == 0 else {
      throw RecordStoreError.settings("The \(role) connection could ATTACH other databases.")
    }
    guard sqlite3_libversion_number() >= oldestSQLite else {
      throw RecordStoreError.settings(
        "SQLite is \(String(cString: sqlite3_libversion())), it must be 3.37 or newer.")
    }
  }

  private static func set(_ connection: GRDB.Database, _ name: String, _ value: String) throws {
    try connection.execute(sql: "PRAGMA \(name) = \(value)")
  }

  private static func read(_ connection: GRDB.Database, _ name: String) throws -> String {
    let row = try GRDB.Row.fetchOne(connection, sql: "PRAGMA \(name)")
    guard let value: DatabaseValue = row?[0] else { return "unknown" }
    switch value.storage {
    case .int64(let number): return "\(number)"
    case .string(let text): return text
    default: return "\(value)"
    }
  }
}
