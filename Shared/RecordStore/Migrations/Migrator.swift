import Foundation
import GRDB
import Values

/// Brings one numbered list of migrations to its end, each in a transaction of its own.
///
/// The store's tables and the service's are two lists ("scopes") with their own numbers, so that
/// either can grow without the other.
struct Migrator {
  let scope: String
  let migrations: [Migration]

  /// The list of the store's own tables.
  static let storeScope = "store"
  /// The list of the service that opens the database.
  static let serviceScope = "service"

  /// A migration as the database remembers it.
  struct Applied {
    let version: Int
    let name: String
    let hash: Data
  }

  /// Creates the table that remembers what has been applied.
  static func prepare(_ connection: GRDB.Database) throws {
    try connection.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS rs_migrations (
          scope TEXT NOT NULL,
          version INTEGER NOT NULL CHECK (version > 0),
          name TEXT NOT NULL,
          hash BLOB NOT NULL CHECK (length(hash) = 32),
          applied_at INTEGER NOT NULL,
          PRIMARY KEY (scope, version)
        ) STRICT, WITHOUT ROWID
        """)
  }

  /// Checks what has been applied against the list, then applies the rest.
  /// - Throws: ``RecordStoreError/migration(_:)`` before anything is changed when list and database
  ///   disagree.
  func run(on connection: GRDB.Database, now: Instant) throws {
    let applied = try checkApplied(on: connection)
    for migration in migrations.dropFirst(applied.count) {
      try apply(migration, on: connection, now: now)
    }
  }

  /// Checks what has been applied against the list, changes nothing, and answers it.
  @discardableResult
  func checkApplied(on connection: GRDB.Database) throws -> [Applied] {
    try checkNumbers()
    let applied = try applied(connection)
    try check(applied)
    return applied
  }

  private func checkNumbers() throws {
    for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
      throw RecordStoreError.migration(
        .notConsecutive(scope: scope, expected: index + 1, found: migration.version))
    }
  }

  private func applied(_ connection: GRDB.Database) throws -> [Applied] {
    try GRDB.Row.fetchAll(
      connection,
      sql: "SELECT version, name, hash FROM rs_migrations WHERE scope = ? ORDER BY version",
      arguments: [scope]
    ).map { Applied(version: $0[0], name: $0[1], hash: $0[2]) }
  }

  private func check(_ applied: [Applied]) throws {
    if let last = applied.last, last.version > migrations.count {
      throw RecordStoreError.migration(
        .newerDatabase(scope: scope, database: last.version, program: migrations.count))
    }
    for (row, migration) in zip(applied, migrations) {
      guard row.version == migration.version, Array(row.hash) == migration.hash else {
        throw RecordStoreError.migration(
          .changed(
            scope: scope, version: row.version, appliedName: row.name,
            programName: migration.name))
      }
    }
  }

  /// Foreign keys are off meanwhile, because rebuilding a table (the only way to change most of its
  /// properties) drops what others refer to for a moment; the whole database is checked before the
  /// commit instead.
  private func apply(_ migration: Migration, on connection: GRDB.Database, now: Instant) throws {
    try connection.execute(sql: "PRAGMA foreign_keys = OFF")
    do {
      try connection.execute(sql: "BEGIN IMMEDIATE")
      try connection.execute(sql: migration.sql)
      guard connection.isInsideTransaction else {
        throw failure(migration, "it ends the transaction it runs in")
      }
      if let row = try GRDB.Row.fetchOne(connection, sql: "PRAGMA foreign_key_check") {
        throw failure(migration, "a row of \(row[0] as String? ?? "a table") refers to nothing")
      }
      try connection.execute(
        sql: """
          INSERT INTO rs_migrations (scope, version, name, hash, applied_at) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          scope, migration.version, migration.name, Data(migration.hash), now.microseconds,
        ])
      try connection.execute(sql: "COMMIT")
    } catch {
      if connection.isInsideTransaction { try connection.execute(sql: "ROLLBACK") }
      try connection.execute(sql: "PRAGMA foreign_keys = ON")
      throw translated(error, migration)
    }
    try connection.execute(sql: "PRAGMA foreign_keys = ON")
  }

  /// Storage errors keep their type; everything else is a mistake in the migration.
  private func translated(_ error: any Error, _ migration: Migration) -> RecordStoreError {
    let error = RecordStoreError(any: error)
    switch error {
    case .constraint, .sql: return failure(migration, error.description)
    default: return error
    }
  }

  private func failure(_ migration: Migration, _ reason: String) -> RecordStoreError {
    .migration(
      .failed(scope: scope, version: migration.version, name: migration.name, reason: reason))
  }

  /// Every table must be STRICT, or a mistake could store a text where a number belongs.
  static func checkStrictness(_ connection: GRDB.Database) throws {
    let table = try String.fetchOne(
      connection,
      sql: """
        SELECT name FROM pragma_table_list
        WHERE type = 'table' AND schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        """)
    if let table { throw RecordStoreError.migration(.notStrict(table: table)) }
  }
}
