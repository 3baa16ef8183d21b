import GRDB
public import Environment
import Foundation
import Logging
import Values

extension Database {
  /// Opens the database of a service, creating the file when there is none, and brings its schema
  /// up to date.
  ///
  /// The store's own tables (`rs_…`) are migrated first, then `migrations`, which the service
  /// embeds.
  /// - Throws: ``RecordStoreError`` with a sentence for the person who starts the program:
  ///   `lockedByAnotherProcess`, `settings`, `notARecordStore`, `migration`, `corrupted`,
  ///   `ioError`, `diskFull`.
  public static func open(
    _ configuration: DatabaseConfiguration, migrations: [Migration], environment: Environment
  ) throws -> Database {
    try open(
      configuration, migrations: migrations, environment: environment, seams: DatabaseSeams())
  }

  static func open(
    _ configuration: DatabaseConfiguration, migrations: [Migration], environment: Environment,
    seams: DatabaseSeams
  ) throws -> Database {
    let lock = try FileLock(databasePath: configuration.path)
    let factory = ConnectionFactory(
      path: configuration.path, cacheKibibytes: configuration.cacheKibibytes, seams: seams)
    let connection = try factory.open(.writer)
    try translatingDatabaseErrors {
      try connection.writeWithoutTransaction { try LeftLog.rewrite(on: $0) }
    }
    try seams.synchronizeDirectory(configuration.path)
    let start = try translatingDatabaseErrors {
      try connection.writeWithoutTransaction {
        try prepare($0, migrations: migrations, environment: environment)
      }
    }
    let readers = try ReaderPool(configuration: configuration, factory: factory)
    let signal = CommitSignal(head: start.heads.event)
    let clock = environment.clock
    let archives = ArchiveShelf(
      databasePath: configuration.path, isOwner: true, seams: seams)
    let writer = GroupCommit(
      connection: connection, factory: factory,
      runner: BatchRunner(clock: clock, commit: seams.commit, archives: archives), clock: clock,
      checkpointer: Checkpointer(limits: seams.checkpoints), configuration: configuration,
      heads: start.heads, signal: signal, readers: readers,
      logger: seams.logger)
    return Database(
      incarnation: start.incarnation, writer: writer, readers: readers, signal: signal,
      checks: QuickChecks(factory: factory), archives: archives, clock: clock, lock: lock)
  }

  /// The four bytes `MLRC` in the file's header, by which `file` and we know whose it is.
  static let applicationID: Int64 = 0x4D4C_5243

  /// Checks whose file it is, migrates, and reads where the store stands.
  private static func prepare(
    _ connection: GRDB.Database, migrations: [Migration], environment: Environment
  ) throws -> (incarnation: Incarnation, heads: StoreHeads) {
    try claim(connection)
    let now = environment.clock.now
    try Migrator.prepare(connection)
    try Migrator(scope: Migrator.storeScope, migrations: StoreMigrations.all)
      .run(on: connection, now: now)
    try Migrator(scope: Migrator.serviceScope, migrations: migrations)
      .run(on: connection, now: now)
    try Migrator.checkStrictness(connection)
    try createMeta(connection, environment: environment)
    let snapshot = Snapshot(connection: connection, now: now)
    let identifier = try snapshot.row("SELECT incarnation FROM rs_meta") { try $0.identifier(0) }
    guard let identifier else { throw RecordStoreError.corrupted("rs_meta is empty") }
    let heads = StoreHeads(event: try snapshot.feed.head, audit: try snapshot.auditHead)
    return (Incarnation(identifier), heads)
  }

  private static func claim(_ connection: GRDB.Database) throws {
    let found = try Int64.fetchOne(connection, sql: "PRAGMA application_id") ?? 0
    if found == applicationID { return try refuseBackup(connection) }
    let tables = try Int.fetchOne(connection, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    guard found == 0, tables == 0 else {
      throw RecordStoreError.notARecordStore(
        "The file is an SQLite database of another program (application_id \(found), \(tables) tables)."
      )
    }
    try connection.execute(sql: "PRAGMA application_id = \(applicationID)")
  }

  /// A backup put in place by hand would have the old incarnation, and give out numbers for the
  /// second time that nobody can tell from the first.
  private static func refuseBackup(_ connection: GRDB.Database) throws {
    let mark = try Int64.fetchOne(connection, sql: "PRAGMA user_version") ?? 0
    guard mark == StoreFile.backupMark else { return }
    throw RecordStoreError.notARecordStore(
      "The file is a backup. Put it in place with 'millrace restore', which keeps the old file.")
  }

  private static func createMeta(_ connection: GRDB.Database, environment: Environment) throws {
    let incarnation = Identifier(random: environment)
    try connection.execute(
      sql: """
        INSERT INTO rs_meta (id, incarnation, created_at) VALUES (1, ?, ?)
        ON CONFLICT (id) DO NOTHING
        """,
      arguments: [Data(incarnation.bytes), environment.clock.now.microseconds])
  }
}

/// What tests replace to see and to hurt a database from inside.
struct DatabaseSeams: Sendable {
  /// Runs on each new connection between applying the settings and reading them back.
  var prepare: @Sendable (GRDB.Database, ConnectionRole) throws -> Void = { _, _ in }
  /// Runs COMMIT.
  var commit = CommitStep()
  /// Where the writer tells of failures.
  var logger = Logger(label: "millrace.records")
  /// When the write-ahead log is moved into the file.
  var checkpoints = Checkpointer.Limits()
  /// The storage that SQLite knows by this name instead of the operating system's.
  var storage: String?
  /// Makes the names of new files durable; belongs to `storage`.
  var synchronizeDirectory: @Sendable (String) throws -> Void = { path in
    try RecordStore.synchronizeDirectory(of: path)
  }
  /// Settings that are not read back, because a test has lowered them to see what is lost.
  var unverifiedSettings: Set<String> = []
}

/// Runs GRDB and answers its errors as ``RecordStoreError``.
func translatingDatabaseErrors<T>(_ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let error as DatabaseError {
    throw RecordStoreError(error)
  }
}
