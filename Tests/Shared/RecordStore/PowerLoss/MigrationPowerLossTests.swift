import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("After a power cut during a migration")
struct MigrationPowerLossTests {
  /// A table with rows, rebuilt, then widened and indexed.
  private static let migrations = [
    Migration(
      version: 1, name: "create_orders",
      sql: """
        CREATE TABLE orders (name TEXT PRIMARY KEY, note TEXT) STRICT;
        CREATE TABLE lines (id INTEGER PRIMARY KEY, order_name TEXT REFERENCES orders (name))
          STRICT;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
          INSERT INTO orders SELECT 'MO/' || i, 'a note that takes some room, ' || i FROM n;
        INSERT INTO lines (order_name) SELECT name FROM orders;
        """),
    Migration(
      version: 2, name: "rebuild_orders",
      sql: """
        CREATE TABLE orders_new (name TEXT PRIMARY KEY, note TEXT NOT NULL, due_at INTEGER) STRICT;
        INSERT INTO orders_new (name, note) SELECT name, note FROM orders;
        DROP TABLE orders;
        ALTER TABLE orders_new RENAME TO orders;
        """),
    Migration(
      version: 3, name: "index_orders",
      sql: """
        UPDATE orders SET due_at = length(note);
        CREATE INDEX orders_by_due ON orders (due_at);
        """),
  ]

  /// What a database holds: its tables, what has been applied, and its rows.
  private struct Shape: Sendable, Equatable {
    let integrity: [String]
    let schema: [String]
    let applied: [String]
    let rows: [String]

    init(_ store: Store) throws {
      let queue = try DatabaseQueue(path: store.path)
      (integrity, schema, applied, rows) = try queue.read { connection in
        (
          try String.fetchAll(connection, sql: "PRAGMA integrity_check"),
          try String.fetchAll(
            connection, sql: "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name"),
          try String.fetchAll(
            connection, sql: "SELECT scope || version || name FROM rs_migrations ORDER BY 1"),
          try String.fetchAll(
            connection,
            sql: """
              SELECT orders.name || note || lines.id
              FROM lines JOIN orders ON orders.name = order_name ORDER BY lines.id
              """)
        )
      }
      try queue.close()
    }
  }

  private func open(_ store: Store, through version: Int, _ seams: DatabaseSeams = DatabaseSeams())
    async throws
  {
    let database = try store.open(
      migrations: Array(Self.migrations.prefix(version)), seams: seams
    ) { $0.readers = 1 }
    await database.close()
  }

  /// The shapes of databases at each version, and the record of a migration with its start.
  private func migrate() async throws -> (
    shapes: [Shape], operations: [StorageOperation], start: Int
  ) {
    var shapes: [Shape] = []
    for version in 1...Self.migrations.count {
      let store = try Store(in: Store.memory)
      try await open(store, through: version)
      shapes.append(try Shape(store))
    }
    let (store, storage) = (try Store(in: Store.memory), try FaultyStorage())
    try await open(store, through: 1, storage.seams)
    let start = storage.position
    try await open(store, through: Self.migrations.count, storage.seams)
    return (shapes, storage.operations, start)
  }

  @Test(
    "each migration is there whole or not at all, and the next start does the rest",
    arguments: CrashSeeds.seeds(of: "power cuts in migrations", usually: 3))
  func migratesWholly(seed: UInt64) async throws {
    let (shapes, operations, start) = try await migrate()
    let store = try Store(in: Store.memory)
    var seen: Set<Int> = []
    for kind in PowerCuts.kinds {
      var images = CutImages(operations, from: start, fates: Fates(kind, seed: seed))
      while let (position, files) = images.next(expecting: { _ in 0 }) {
        let place: Comment = "cut at \(position), \(kind), seed \(seed)"
        try store.replaceFiles(with: files)
        let found = try Shape(store)
        let version = shapes.firstIndex(of: found)
        #expect(version != nil, place)
        seen.insert(version ?? -1)
        try store.replaceFiles(with: files)
        try await open(store, through: Self.migrations.count)
        #expect(try Shape(store) == shapes.last, place)
      }
    }
    // Otherwise the cuts would have missed the migrations.
    #expect(seen == Set(shapes.indices))
  }
}
