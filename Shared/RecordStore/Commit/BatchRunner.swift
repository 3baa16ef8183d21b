import GRDB
import Values

/// How a batch ended.
enum BatchEnd {
  /// COMMIT returned and every answer may go out. The heads are where the logs end now.
  case committed(StoreHeads)
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
    try connection.cachedStatement(sql: "COMMIT").execute()
  }
}

/// Runs a batch of writes as one transaction with a savepoint each.
struct BatchRunner {
  let now: () -> Instant
  let commit: CommitStep
  var archives: ArchiveShelf?

  /// Runs the writes in order. Each sees the ones before it. A write that throws is rolled back
  /// alone and keeps its error as its answer; an error after which SQLite has ended the transaction
  /// abandons the batch.
  func run(
    _ writes: some Collection<any PendingWrite>, heads: StoreHeads, on connection: GRDB.Database
  ) -> BatchEnd {
    let transaction = Transaction(
      connection: connection, now: now(), heads: heads, archives: archives)
    do {
      try statement("BEGIN IMMEDIATE", connection)
    } catch {
      let error = RecordStoreError(any: error)
      // Waiting for another program's lock has taken the busy timeout once; once per write would
      // stop the service.
      if case .lockedByAnotherProcess = error { return .notStarted(error) }
      return .abandoned(error)
    }
    do {
      for write in writes { try run(write, in: transaction) }
      try commit.run(connection)
      return .committed(transaction.heads)
    } catch {
      return .abandoned(rollBack(after: RecordStoreError(any: error), connection))
    }
  }

  private func run(_ write: any PendingWrite, in transaction: Transaction) throws {
    let connection = transaction.connection
    let heads = transaction.heads
    transaction.now = now()
    try statement("SAVEPOINT operation", connection)
    var succeeded = false
    do {
      try write.run(in: transaction)
      succeeded = true
    } catch {
      // The write keeps its error as its answer; here it only decides about the savepoint.
      transaction.heads = heads
    }
    // SQLITE_FULL, IOERR and NOMEM may have ended the whole transaction, released savepoints
    // included, and the body may have swallowed the error: ask the connection, not the body.
    if let error = transaction.batchError { throw error }
    guard connection.isInsideTransaction else {
      throw RecordStoreError.sql(
        code: ResultCode.SQLITE_ABORT.rawValue, "an operation ended the transaction")
    }
    if !succeeded { try statement("ROLLBACK TO operation", connection) }
    try statement("RELEASE operation", connection)
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
    try connection.cachedStatement(sql: sql).execute()
  }
}
