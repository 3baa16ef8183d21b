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
    try seams.synchronizeDirectory(configuration.path)
    let start = try translatingDatabaseErrors {
      try connection.writeWithoutTransaction {
        try prepare($0, migrations: migrations, environment: environment)
      }
    }
    let readers = try ReaderPool(configuration: configuration, factory: factory)
    let signal = CommitSignal(head: start.head)
    let clock = environment.clock
    let writer = GroupCommit(
      connection: connection, factory: factory,
      runner: BatchRunner(now: { clock.now }, commit: seams.commit),
      checkpointer: Checkpointer(limits: seams.checkpoints), configuration: configuration,
      signal: signal, readers: readers, logger: Logger(label: "millrace.records"))
    return Database(
      incarnation: start.incarnation, writer: writer, readers: readers, signal: signal,
      clock: clock, lock: lock)
  }

  /// The four bytes `MLRC` in the file's header, by which `file` and we know whose it is.
  static let applicationID: Int64 = 0x4D4C_5243

  /// Checks whose file it is, migrates, and reads where the store stands.
  private static func prepare(
    _ connection: GRDB.Database, migrations: [Migration], environment: Environment
  ) throws -> (incarnation: Incarnation, head: Int64) {
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
    return (Incarnation(identifier), try snapshot.feed.head)
  }

  private static func claim(_ connection: GRDB.Database) throws {
    let found = try Int64.fetchOne(connection, sql: "PRAGMA application_id") ?? 0
    if found == applicationID { return }
    let tables = try Int.fetchOne(connection, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    guard found == 0, tables == 0 else {
      throw RecordStoreError.notARecordStore(
        "The file is an SQLite database of another program (application_id \(found), \(tables) tables)."
      )
    }
    try connection.execute(sql: "PRAGMA application_id = \(applicationID)")
  }

  private static func createMeta(_ connection: GRDB.Database, environment: Environment) throws {
    let incarnation = Identifier(
      high: environment.randomness.next(), low: environment.randomness.next())
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
