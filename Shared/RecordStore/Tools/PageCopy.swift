import CSQLite
import GRDB

/// How far a copy has come.
public struct CopyProgress: Sendable, Hashable {
  /// Bytes copied so far.
  public let bytes: Int64
  /// Bytes of the whole database.
  public let totalBytes: Int64

  /// Whole percents, 0 to 100.
  public var percent: Int { totalBytes > 0 ? Int(bytes * 100 / totalBytes) : 100 }
}

/// Copies the pages of one snapshot of a database into an empty file, by SQLite's own backup.
///
/// The snapshot is held by a read transaction around the copy. So commits of the service meanwhile
/// neither get into the copy nor make SQLite start it anew; the service's write-ahead log cannot
/// start anew as long.
enum PageCopy {
  /// 1 MiB of the usual pages: between two steps a person sees progress and can give up.
  static let pagesPerStep: Int32 = 256

  /// Copies everything the source's open transaction sees.
  /// - Throws: what `progress` throws, which ends the copy; ``RecordStoreError``.
  static func run(
    from source: GRDB.Database, to target: GRDB.Database,
    progress: (CopyProgress) throws -> Void
  ) throws {
    let pageSize = try Int64.fetchOne(source, sql: "PRAGMA page_size") ?? 0
    guard
      let backup = sqlite3_backup_init(
        target.sqliteConnection, "main", source.sqliteConnection, "main")
    else { throw error(sqlite3_errcode(target.sqliteConnection), target) }
    var isFinished = false
    defer { if !isFinished { sqlite3_backup_finish(backup) } }
    var result = SQLITE_OK
    while result == SQLITE_OK {
      result = sqlite3_backup_step(backup, pagesPerStep)
      let total = Int64(sqlite3_backup_pagecount(backup))
      let copied = total - Int64(sqlite3_backup_remaining(backup))
      try progress(CopyProgress(bytes: copied * pageSize, totalBytes: total * pageSize))
    }
    isFinished = true
    sqlite3_backup_finish(backup)
    guard result == SQLITE_DONE else { throw error(result, target) }
  }

  private static func error(_ result: Int32, _ connection: GRDB.Database) -> RecordStoreError {
    let text = connection.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
    return RecordStoreError(
      DatabaseError(resultCode: ResultCode(rawValue: result), message: text ?? "no message"))
  }
}
