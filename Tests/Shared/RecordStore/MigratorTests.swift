import Foundation
import Environment
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("Migrations")
struct MigratorTests {
  let store: Store

  init() throws { store = try Store() }

  private static let first = Migration(
    version: 1, name: "create_orders", sql: "CREATE TABLE orders (name TEXT PRIMARY KEY) STRICT;")
  private static let second = Migration(
    version: 2, name: "add_due", sql: "ALTER TABLE orders ADD COLUMN due_at INTEGER;")

  private func openAndClose(_ migrations: [Migration]) async throws {
    let database = try store.open(migrations: migrations)
    await database.close()
  }

  private func failure(_ migrations: [Migration]) throws -> RecordStoreError.MigrationFailure? {
    do {
      _ = try store.open(migrations: migrations)
      return nil
    } catch RecordStoreError.migration(let failure) {
      return failure
    }
  }

  /// What the file holds, seen from outside.
  private func inspect<T>(_ body: (GRDB.Database) throws -> T) throws -> T {
    let queue = try DatabaseQueue(path: store.path)
    defer { #expect(throws: Never.self) { try queue.close() } }
    return try queue.read(body)
  }

  @Test("are applied once, in order, and remembered with hash and time")
  func appliesOnce() async throws {
    try await openAndClose([Self.first])
    try await openAndClose([Self.first, Self.second])
    try await openAndClose([Self.first, Self.second])
    let rows = try inspect {
      try GRDB.Row.fetchAll(
        $0,
        sql: """
          SELECT version, name, hash, applied_at FROM rs_migrations
          WHERE scope = 'service' ORDER BY version
          """)
    }
    #expect(rows.map { $0[0] as Int } == [1, 2])
    #expect(rows.map { $0[1] as String } == ["create_orders", "add_due"])
    #expect(rows.map { Array($0[2] as Data) } == [Self.first.hash, Self.second.hash])
    #expect(rows.allSatisfy { $0[3] as Int64 == store.clock.now.microseconds })
  }

  @Test("number the store's own tables apart from the service's")
  func keepsScopesApart() async throws {
    try await openAndClose([])
    let scopes = try inspect {
      try String.fetchAll($0, sql: "SELECT DISTINCT scope FROM rs_migrations")
    }
    #expect(scopes == ["store"])
  }

  @Test("are refused when a past one has changed, in its text or in its name")
  func refusesChanged() async throws {
    try await openAndClose([Self.first, Self.second])
    let text = Migration(version: 1, name: Self.first.name, sql: Self.first.sql + " ")
    #expect(
      try failure([text, Self.second])
        == .changed(
          scope: "service", version: 1, appliedName: "create_orders", programName: "create_orders"))
    let name = Migration(version: 2, name: "add_due_date", sql: Self.second.sql)
    #expect(
      try failure([Self.first, name])
        == .changed(
          scope: "service", version: 2, appliedName: "add_due", programName: "add_due_date"))
    try await openAndClose([Self.first, Self.second])
  }

  @Test("are refused when the database is newer than the program")
  func refusesNewer() async throws {
    try await openAndClose([Self.first, Self.second])
    #expect(
      try failure([Self.first]) == .newerDatabase(scope: "service", database: 2, program: 1))
  }

  @Test("are refused when they are not numbered 1, 2, 3")
  func refusesGaps() throws {
    #expect(
      try failure([Self.second]) == .notConsecutive(scope: "service", expected: 1, found: 2))
    #expect(
      try failure([Self.first, Self.first])
        == .notConsecutive(scope: "service", expected: 2, found: 1))
  }

  @Test(
    "leave nothing behind when they fail",
    arguments: [
      "CREATE TABLE halfway (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);",
      "CREATE TABLE halfway (a INTEGER) STRICT; this is not SQL",
      """
      CREATE TABLE halfway (a TEXT REFERENCES orders (name)) STRICT;
      INSERT INTO halfway VALUES ('missing');
      """,
      "CREATE TABLE halfway (a INTEGER CHECK (a > 0)) STRICT; INSERT INTO halfway VALUES (0);",
    ])
  func leavesNothing(sql: String) async throws {
    let bad = Migration(version: 2, name: "bad", sql: sql)
    let found = try failure([Self.first, bad])
    guard case .failed("service", 2, "bad", _) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    let tables = try inspect {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema WHERE name = 'halfway'")
    }
    #expect(tables == 0)
    try await openAndClose([Self.first, Self.second])
  }

  @Test("are refused when one ends the transaction it runs in")
  func refusesCommitInside() throws {
    let bad = Migration(version: 1, name: "sneaky", sql: "SELECT 1; COMMIT;")
    guard case .failed("service", 1, "sneaky", let reason) = try failure([bad]) else {
      Issue.record("it was not refused")
      return
    }
    #expect(reason.contains("ends the transaction"))
  }

  @Test("are refused when a table is not STRICT")
  func refusesLooseTables() throws {
    let loose = Migration(version: 1, name: "loose", sql: "CREATE TABLE loose (a INTEGER)")
    #expect(try failure([loose]) == .notStrict(table: "loose"))
  }

  @Test("may rebuild a table that others refer to")
  func rebuildsTables() async throws {
    let setUp = Migration(
      version: 1, name: "create",
      sql: """
        CREATE TABLE orders (name TEXT PRIMARY KEY) STRICT;
        CREATE TABLE lines (name TEXT REFERENCES orders (name) ON DELETE CASCADE) STRICT;
        INSERT INTO orders VALUES ('MO/1');
        INSERT INTO lines VALUES ('MO/1');
        """)
    let rebuild = Migration(
      version: 2, name: "rebuild",
      sql: """
        CREATE TABLE orders_new (name TEXT PRIMARY KEY, due_at INTEGER) STRICT;
        INSERT INTO orders_new (name) SELECT name FROM orders;
        DROP TABLE orders;
        ALTER TABLE orders_new RENAME TO orders;
        """)
    try await openAndClose([setUp, rebuild])
    #expect(try inspect { try Int.fetchOne($0, sql: "SELECT count(*) FROM lines") } == 1)
  }
}
