import GRDB
import Values

extension Snapshot {
  /// Runs a read in a transaction of its own, which makes it a snapshot from its first SELECT on.
  static func run<Value>(
    _ body: (Snapshot) throws -> Value, on connection: GRDB.Database, now: Instant,
    archives: ArchiveShelf? = nil
  ) -> Result<Value, any Error> {
    do {
      try connection.cachedStatement(sql: "BEGIN").run()
      let result = Result {
        try body(Snapshot(connection: connection, now: now, archives: archives))
      }
      // ROLLBACK, not COMMIT: there is nothing to keep, and it succeeds whatever the body has met.
      if connection.isInsideTransaction {
        try connection.cachedStatement(sql: "ROLLBACK").run()
      }
      return result
    } catch {
      return .failure(RecordStoreError(any: error))
    }
  }
}

extension Result where Failure == any Error {
  /// Whether a connection that ended so can serve the next read.
  var leavesConnectionUsable: Bool {
    guard case .failure(let error as RecordStoreError) = self else { return true }
    return !error.needsNewConnection
  }
}
