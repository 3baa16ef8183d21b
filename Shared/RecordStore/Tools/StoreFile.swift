import GRDB
import Values

/// A database file as tools see it: opened read-only, whether or not a service writes to it, and
/// asked whose it is.
enum StoreFile {
  /// `BKUP` in `PRAGMA user_version`: the file is a backup. A service refuses to start with one, so
  /// that nobody puts a backup in place without the new incarnation that a restore gives.
  static let backupMark: Int64 = 0x424B_5550

  /// What every version of the store has.
  private static let tables = [
    "rs_audit", "rs_consumers", "rs_fact_ledger", "rs_meta", "rs_migrations", "rs_outbox",
  ]
  /// 16 MiB: tools read once from one end to the other.
  static let cacheKibibytes = 16_384

  /// Opens a file for reading and makes sure that it is one of ours.
  static func open(_ path: String) throws -> DatabaseQueue {
    guard let size = FileSteps.size(path) else { throw DatabaseFileError.missing(path) }
    // Not even for reading: SQLite removes the log beside an empty file.
    guard size > 0 else { throw DatabaseFileError.foreign(path) }
    do {
      let queue = try ConnectionFactory(path: path, cacheKibibytes: cacheKibibytes).open(.tool)
      try queue.writeWithoutTransaction { try identify($0, path) }
      return queue
    } catch RecordStoreError.corrupted where FileSteps.headerNumber(of: path, at: 0) == nil {
      throw DatabaseFileError.foreign(path)
    } catch {
      throw DatabaseFileError.named(path, error)
    }
  }

  private static func identify(_ connection: GRDB.Database, _ path: String) throws {
    let identifier = try Int64.fetchOne(connection, sql: "PRAGMA application_id")
    let found = try String.fetchSet(
      connection, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
    guard identifier == Database.applicationID, found.isSuperset(of: tables) else {
      throw DatabaseFileError.foreign(path)
    }
  }

  /// Refuses a file whose store tables are newer than this program, or were made by another one.
  static func checkSchema(_ connection: GRDB.Database) throws {
    try Migrator(scope: Migrator.storeScope, migrations: StoreMigrations.all)
      .checkApplied(on: connection)
  }

  /// Runs a body on one snapshot of the connection.
  static func reading<T>(
    _ queue: DatabaseQueue, now: Instant, _ body: (Snapshot) throws -> T
  ) throws -> T {
    try queue.writeWithoutTransaction { connection in
      try Snapshot.run(body, on: connection, now: now).get()
    }
  }

  /// Makes sure that a closed file is whole: SQLite's full check, then the records' own rules.
  /// - Throws: ``DatabaseFileError/damaged(_:findings:)``, `CancellationError`.
  static func verify(_ path: String, now: Instant) async throws {
    let check = DamageCheck(.full) { try open(path) }
    if case .damaged(let findings) = try await check.run() {
      throw DatabaseFileError.damaged(path, findings: findings)
    }
    try DatabaseFileError.naming(path) {
      let queue = try open(path)
      let findings = try reading(queue, now: now, verifyRecords)
      try queue.close()
      guard findings.isEmpty else { throw DatabaseFileError.damaged(path, findings: findings) }
    }
  }

  /// What the records themselves say against a file that SQLite finds whole; empty when nothing
  /// does. Everything that is to be true of records wherever they are copied belongs here.
  static func verifyRecords(_ snapshot: Snapshot) throws -> [String] {
    var findings: [String] = []
    let head = try snapshot.feed.head
    let beyond = try snapshot.feed.consumers().filter { $0.acknowledged > head }.map(\.name)
    if try snapshot.row("SELECT count(*) FROM rs_meta", map: { try $0.int64(0) }) != 1 {
      findings.append("rs_meta does not have its one row")
    }
    for name in beyond {
      findings.append("the consumer \(name) has acknowledged more than there is")
    }
    let orphans = try snapshot.row("PRAGMA foreign_key_check", map: { try $0.text(0) })
    if let orphans { findings.append("a row of \(orphans) refers to nothing") }
    return findings + (try auditFindings(snapshot))
  }

  /// What the links of the audit log say; heads that are kept elsewhere are the auditor's to compare.
  private static func auditFindings(_ snapshot: Snapshot) throws -> [String] {
    var verifier = AuditVerifier { _ in true }
    try verifier.walk { try snapshot.linkedAuditRecords(after: $0, limit: $1) }
    return verifier.finish().map(\.description)
  }
}
