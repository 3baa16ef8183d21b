import Environment
import GRDB
import Values

/// How a batch ended.
enum BatchEnd {
  /// COMMIT returned, after so many nanoseconds, and every answer may go out. The heads are where the
  /// logs end now.
  case committed(StoreHeads, nanoseconds: Int64)
  /// Nothing of it was kept.
  case abandoned(RecordStoreError)
  /// It could not even begin: there was no connection, or another program held its lock for longer
  /// than the busy timeout.
  case notStarted(RecordStoreError)
}

/// The one step that tests replace to see a COMMIT, to hold it up or to make it fail.
struct CommitStep: Sendable {
  /// Runs COMMIT on the connection.
  var run: @Sendable (GRDB.Database) throws -> Void = { connection in
    try connection.cachedStatement(sql: "COMMIT").run()
  }
}

/// Runs a batch of writes as one transaction in which each stands alone: what one of them throws
/// undoes that one.
///
/// A savepoint for each costs a fifth of the writer's time, because SQLite copies every page before
/// its first change. So a batch first runs without; hardly any write throws after it has written, as
/// rules are looked at before. When one does, the batch is rolled back and runs again with
/// savepoints.
struct BatchRunner {
  let clock: any Clock
  let commit: CommitStep
  var archives: ArchiveShelf?

  /// A write has thrown after it had written, and there is no savepoint to go back to.
  private struct NeedsSavepoints: Error {}

  /// Runs the writes in order. Each sees the ones before it. A write that throws is undone alone and
  /// keeps its error as its answer; an error after which SQLite has ended the transaction abandons
  /// the batch.
  func run(
    _ writes: some Collection<any PendingWrite>, heads: StoreHeads, on connection: GRDB.Database
  ) -> BatchEnd {
    do {
      return try run(writes, heads: heads, withSavepoints: false, on: connection)
    } catch is NeedsSavepoints {
      do {
        try statement("ROLLBACK", connection)
        // Nothing is left of a lone one, and its answer stands on what is on disk already.
        if writes.count == 1 { return .committed(heads, nanoseconds: 0) }
        return try run(writes, heads: heads, withSavepoints: true, on: connection)
      } catch {
        return .abandoned(rollBack(after: RecordStoreError(any: error), connection))
      }
    } catch {
      return .abandoned(rollBack(after: RecordStoreError(any: error), connection))
    }
  }

  private func run(
    _ writes: some Collection<any PendingWrite>, heads: StoreHeads, withSavepoints: Bool,
    on connection: GRDB.Database
  ) throws -> BatchEnd {
    let transaction = Transaction(
      connection: connection, now: clock.now, heads: heads, archives: archives)
    do {
      try statement("BEGIN IMMEDIATE", connection)
    } catch {
      let error = RecordStoreError(any: error)
      // Waiting for another program's lock has taken the busy timeout once; once per write would
      // stop the service.
      if case .lockedByAnotherProcess = error { return .notStarted(error) }
      return .abandoned(error)
    }
    for write in writes {
      transaction.now = clock.now
      if withSavepoints { try statement("SAVEPOINT operation", connection) }
      let succeeded = try run(write, in: transaction, canUndo: withSavepoints)
      if withSavepoints {
        if !succeeded { try statement("ROLLBACK TO operation", connection) }
        try statement("RELEASE operation", connection)
      }
    }
    let start = clock.monotonicNanoseconds
    try commit.run(connection)
    let nanoseconds = clock.monotonicNanoseconds - start
    for action in transaction.afterCommitActions { action() }
    return .committed(transaction.heads, nanoseconds: nanoseconds)
  }

  /// Runs a write and answers whether it has succeeded. Its error is its answer; here it only decides
  /// what is undone.
  private func run(
    _ write: any PendingWrite, in transaction: Transaction, canUndo: Bool
  ) throws -> Bool {
    let connection = transaction.connection
    let (heads, changes) = (transaction.heads, connection.totalChangesCount)
    let actions = transaction.afterCommitActions.count
    var succeeded = false
    do {
      try write.run(in: transaction)
      succeeded = true
    } catch {
      transaction.heads = heads
      transaction.afterCommitActions.removeSubrange(actions...)
    }
    // SQLITE_FULL, IOERR and NOMEM may have ended the whole transaction, released savepoints
    // included, and the body may have swallowed the error: ask the connection, not the body.
    if let error = transaction.batchError { throw error }
    guard connection.isInsideTransaction else {
      throw RecordStoreError.sql(
        code: ResultCode.SQLITE_ABORT.rawValue, "an operation ended the transaction")
    }
    if !succeeded, !canUndo, connection.totalChangesCount != changes { throw NeedsSavepoints() }
    return succeeded
  }

  /// Leaves the connection outside a transaction and answers the error that led here, or the one
  /// that rolling back met.
  private func rollBack(after error: RecordStoreError, _ connection: GRDB.Database)
    -> RecordStoreError
  {
    guard connection.isInsideTransaction else { return error }
    do {
      try statement("ROLLBACK", connection)
      return error
    } catch {
      // A transaction that cannot be rolled back is ended by reopening the connection.
      return .ioError("a rollback failed: \(error)")
    }
  }

  private func statement(_ sql: String, _ connection: GRDB.Database) throws {
    try connection.cachedStatement(sql: sql).run()
  }
}
