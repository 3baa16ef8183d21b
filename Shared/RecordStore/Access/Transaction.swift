import GRDB
import Values

/// One operation's writes. They become durable together with the rest of the batch, or not at all.
///
/// ```swift
/// let answer = try await database.write { transaction in
///   switch try transaction.ledger.look(up: key, fingerprint: fingerprint) {
///   case .duplicate(let fact): return Answer.duplicate(fact)
///   case .conflict: throw Refusal.sourceEventReused
///   case .new: break
///   }
///   let fact = environment.identifiers.next()
///   try transaction.execute("INSERT INTO reports (id, good) VALUES (?, ?)", fact, good)
///   try transaction.ledger.record(key, fact: fact, fingerprint: fingerprint)
///   try transaction.outbox.append(
///     NewEvent(type: "millrace.production.v1.OrderTotalsChanged", site: site, key: name, payload: bytes))
///   try transaction.audit.append(entry)
///   return .accepted(fact)
/// }
/// ```
/// Throwing rolls back this operation alone. It sees what earlier operations of its batch wrote;
/// that is safe because nobody is answered before all of it is on disk. The body may run again
/// (when another of its batch throws after it has written, and alone when the batch fails), so it
/// touches nothing outside the transaction.
public final class Transaction: Snapshot {
  /// The newest event and audit entry, those of this batch included.
  var heads: StoreHeads
  /// The first error after which SQLite cannot go on with the batch, kept even when the operation
  /// swallows it.
  private(set) var batchError: RecordStoreError?
  /// What the operations so far want done when the batch is on disk.
  var afterCommitActions: [@Sendable () -> Void] = []

  init(
    connection: GRDB.Database, now: Instant, heads: StoreHeads, archives: ArchiveShelf? = nil
  ) {
    self.heads = heads
    super.init(connection: connection, now: now, archives: archives)
  }

  /// Which facts have taken effect.
  public var ledger: FactLedger { FactLedger(transaction: self) }

  /// Writes events for the feed, and keeps its consumers.
  public var outbox: Outbox { Outbox(transaction: self) }

  /// Writes audit entries.
  public var audit: AuditLog { AuditLog(transaction: self) }

  /// Runs one statement and answers how many rows it inserted, updated or deleted.
  /// - Throws: ``RecordStoreError``: `constraint` when a rule of the schema refuses the row.
  @discardableResult
  public func execute(_ sql: String, _ arguments: (any SQLConvertible)...) throws -> Int {
    try execute(sql, arguments: arguments)
  }

  /// The same with the arguments in an array.
  @discardableResult
  public func execute(_ sql: String, arguments: [any SQLConvertible]) throws -> Int {
    let statement = try statement(sql)
    try statement.bind(arguments)
    return try translatingErrors {
      try statement.run()
      return connection.changesCount
    }
  }

  /// Calls the action when this operation is on disk, before anybody is answered: for what is kept in
  /// memory beside the records. Actions are called one by one, in the order of the commits, on the
  /// writer's thread: they must be short. None is called when the operation or its batch fails.
  public func afterCommit(_ action: @escaping @Sendable () -> Void) {
    afterCommitActions.append(action)
  }

  /// The rowid of the row this operation inserted last.
  public var lastInsertedRowID: Int64 { connection.lastInsertedRowID }

  override func noticed(_ error: RecordStoreError) {
    if batchError == nil, error.endsTheBatch { batchError = error }
  }
}

/// Where the logs of a store end: what the next event and the next audit entry follow.
struct StoreHeads: Sendable, Hashable {
  /// The sequence of the newest event.
  var event: Int64
  /// The newest audit entry.
  var audit: AuditHead
}

extension RecordStoreError {
  /// Whether SQLite may have ended the whole transaction with this error, released savepoints
  /// included.
  var endsTheBatch: Bool {
    switch self {
    case .diskFull, .ioError, .outOfMemory, .corrupted: true
    default: false
    }
  }
}
