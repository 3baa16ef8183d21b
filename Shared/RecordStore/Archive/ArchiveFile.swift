import GRDB
import Values

/// One archive while records are copied into it: all of them, durably, or none.
struct ArchiveFile {
  private let connection: GRDB.Database
  private let sources: [ArchivedRows.Source]

  /// Runs a body that copies; what it has copied is on disk when this returns.
  static func write<T>(
    _ name: String, on shelf: ArchiveShelf, plan: ArchivePlan, from snapshot: Snapshot,
    incarnation: Incarnation, _ body: (ArchiveFile) throws -> T
  ) throws -> T {
    try shelf.prepare()
    let queue = try shelf.connect(name, .archiver)
    do {
      let result = try queue.writeWithoutTransaction { connection in
        try inTransaction(connection) {
          try prepare(connection, plan: plan, from: snapshot, incarnation: incarnation)
          let sources = try plan.tables.map { try ArchivedRows.Source($0, in: snapshot) }
          return try body(ArchiveFile(connection: connection, sources: sources))
        }
      }
      try queue.close()
      try shelf.synchronize()
      return result
    } catch {
      throw RecordStoreError.archive("\(shelf.path(name)): \(RecordStoreError(any: error))")
    }
  }

  private static func inTransaction<T>(_ connection: GRDB.Database, _ body: () throws -> T) throws
    -> T
  {
    try connection.execute(sql: "BEGIN IMMEDIATE")
    do {
      let result = try body()
      try connection.execute(sql: "COMMIT")
      return result
    } catch {
      if connection.isInsideTransaction { try connection.execute(sql: "ROLLBACK") }
      throw error
    }
  }

  /// Copies the rows of a record in place of what an attempt before may have left of it.
  func copy(_ key: Int64, from snapshot: Snapshot) throws -> ArchivedRows.Summary {
    for source in sources.reversed() {
      let table = source.table
      try connection.execute(
        sql: "DELETE FROM \(table.name) WHERE \(table.key) = ?", arguments: [key])
    }
    return try ArchivedRows.walk(sources, key: key, snapshot) { source, values in
      let statement = try connection.cachedStatement(sql: source.insert)
      try statement.bind(values)
      try statement.run()
    }
  }

  /// The name of the file for records closed in a month. The last part tells files apart that have
  /// other tables, or are of a time that a restore has undone: they would not fit together.
  static func name(
    _ plan: ArchivePlan, closedAt: Instant, from snapshot: Snapshot, incarnation: Incarnation
  ) throws -> String {
    var digest = CanonicalDigest()
    digest.add(incarnation.identifier.bytes)
    for sql in try schema(plan, snapshot) { digest.add(sql) }
    let fingerprint = Fingerprint(digest, scheme: 1).digest.description.prefix(8)
    return "\(plan.name)-\(closedAt.description.prefix(7))-\(fingerprint).sqlite"
  }

  /// The statements that make the plan's tables and their indexes, as the database has them.
  private static func schema(_ plan: ArchivePlan, _ snapshot: Snapshot) throws -> [String] {
    try plan.tables.flatMap { table in
      try snapshot.rows(
        """
        SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL
        ORDER BY type DESC, name
        """, table.name
      ) { try $0.text(0) }
    }
  }

  /// Makes the tables of a new file. It says itself what is in it, for tools that know no plan.
  private static func prepare(
    _ connection: GRDB.Database, plan: ArchivePlan, from snapshot: Snapshot,
    incarnation: Incarnation
  ) throws {
    guard try Int.fetchOne(connection, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
      return
    }
    try connection.execute(sql: "PRAGMA application_id = \(applicationID)")
    for sql in try schema(plan, snapshot) { try connection.execute(sql: sql) }
    try connection.execute(
      sql: """
        CREATE TABLE archive_tables (
          position INTEGER PRIMARY KEY, name TEXT NOT NULL, key_column TEXT NOT NULL,
          order_column TEXT NOT NULL
        ) STRICT;
        CREATE TABLE archive_meta (
          id INTEGER PRIMARY KEY CHECK (id = 1), incarnation BLOB NOT NULL
        ) STRICT;
        """)
    let statement = try connection.makeStatement(sql: "INSERT INTO archive_meta VALUES (1, ?)")
    try statement.bind([incarnation.identifier])
    try statement.run()
    for table in plan.tables {
      try connection.execute(
        sql: "INSERT INTO archive_tables (name, key_column, order_column) VALUES (?, ?, ?)",
        arguments: [table.name, table.key, table.order])
    }
  }

  /// `MLRA` in the file's header.
  private static let applicationID: Int64 = 0x4D4C_5241
}
