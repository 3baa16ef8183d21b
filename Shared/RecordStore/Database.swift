import Environment
import GRDB
import Synchronization

/// A service's records: one SQLite file, one writer, durable answers.
///
/// ```swift
/// let database = try Database.open(
///   DatabaseConfiguration(path: path), migrations: productionMigrations, environment: environment)
/// let fact = try await database.write { transaction in
///   let fact = environment.identifiers.next()
///   try transaction.execute("INSERT INTO reports (id, good) VALUES (?, ?)", fact, good)
///   return fact
/// }                                     // here it is on disk
/// let count = try await database.read { try $0.row("SELECT count(*) FROM reports") { try $0.int64(0) } }
/// await database.close()
/// ```
///
/// **The promise.**
/// - When a write has been answered, whatever the answer, everything it is based on is on disk: the
///   record, its identity entry, its event and its audit entry together.
/// - After a crash, a power cut or a full disk the file holds exactly the answered writes and
///   possibly some unanswered ones, never part of one.
/// - The same fact never takes effect twice (``FactLedger``): identities are never deleted.
/// - Events reach each consumer in order, at least once, until acknowledged (``EventFeed``,
///   ``Outbox``): none is deleted before every registered consumer has acknowledged it.
/// - After a restore nobody mistakes new events for old ones: tokens carry the ``incarnation``.
///
/// **Group commit.** What queues while one transaction is being made durable goes into the next
/// one, in which each write stands alone. Writes of a batch see each other, so results, refusals and
/// duplicates alike wait for COMMIT. When a batch fails as a whole, a full disk is
/// answered to all of it with `diskFull`; otherwise every write is rerun alone, once. Bodies
/// therefore touch nothing outside their transaction.
public final class Database: Sendable {
  /// The sixteen bytes that a restore changes.
  public let incarnation: Incarnation

  private let writer: GroupCommit
  private let readers: ReaderPool
  private let signal: CommitSignal
  private let clock: any Clock
  private let closing: Closing
  private let checks: QuickChecks
  let archives: ArchiveShelf

  init(
    incarnation: Incarnation, writer: GroupCommit, readers: ReaderPool, signal: CommitSignal,
    checks: QuickChecks, archives: ArchiveShelf, clock: any Clock, lock: FileLock
  ) {
    self.checks = checks
    self.archives = archives
    self.incarnation = incarnation
    self.writer = writer
    self.readers = readers
    self.signal = signal
    self.clock = clock
    let closing = Closing()
    self.closing = closing
    startThread(named: "records-writer") {
      writer.serve()
      // The lock goes after the connections: only then may a second process open the file.
      lock.release()
      closing.finish()
    }
  }

  deinit { writer.queue.close() }

  /// Runs a write and answers when it is on disk.
  ///
  /// `body` runs on the writer's thread; it is synchronous, touches nothing outside its
  /// transaction, and may run again. What it throws is thrown here, after COMMIT, and nothing it
  /// wrote is kept.
  /// - Parameter bytes: what the request holds in memory while the write waits for its turn.
  /// - Throws: what `body` throws, or ``RecordStoreError``: `overloaded`, `diskFull`, `ioError`,
  ///   `closed`, …
  @discardableResult
  nonisolated(nonsending) public func write<Value: Sendable>(
    bytes: Int = 0, _ body: @escaping @Sendable (Transaction) throws -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { continuation in
      let write = Write(byteCount: bytes, body, continuation)
      if let error = writer.queue.add(write) { write.fail(error) }
    }
  }

  /// Runs a read on a snapshot: everything committed so far, nothing that commits meanwhile.
  ///
  /// `body` runs on a reader's thread and is synchronous; keep it short, a handful of reads run at
  /// a time.
  /// - Throws: what `body` throws, or ``RecordStoreError``: `overloaded`, `ioError`, `closed`, …
  nonisolated(nonsending) public func read<Value: Sendable>(
    _ body: @escaping @Sendable (Snapshot) throws -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    let (clock, archives) = (clock, archives)
    return try await withCheckedThrowingContinuation { continuation in
      let read = PendingRead(
        run: { connection in
          let result = Snapshot.run(body, on: connection, now: clock.now, archives: archives)
          continuation.resume(with: result)
          return result.leavesConnectionUsable
        },
        fail: { continuation.resume(throwing: $0) })
      if let error = readers.add(read) { read.fail(error) }
    }
  }

  /// The sequence of the newest committed event, 0 when there never was one.
  public var head: Int64 { signal.head }

  /// Returns as soon as the newest committed event is later than `sequence`; at once when it is
  /// already.
  /// - Throws: `CancellationError` when the task is cancelled, ``RecordStoreError/closed`` when the
  ///   database is closed.
  nonisolated(nonsending) public func waitForCommit(after sequence: Int64) async throws {
    try await signal.wait(after: sequence)
  }

  /// Deletes the oldest events that every registered consumer has acknowledged, at most
  /// ``maximumPrune`` a call, and answers how many. Call it again while it answers the maximum.
  /// Without a consumer nothing is deleted.
  @discardableResult
  nonisolated(nonsending) public func pruneEvents() async throws -> Int64 {
    try await write { try $0.outbox.prune(limit: Self.maximumPrune) }
  }

  /// The most events one call of ``pruneEvents()`` deletes: some milliseconds, so that writes
  /// hardly notice.
  public static let maximumPrune: Int64 = 1_000

  /// Looks for damage with SQLite's quick check, on a connection of its own: reads and writes go
  /// on, only the write-ahead log cannot start anew meanwhile. Five seconds for ten million rows in
  /// memory, as long as the disk takes to read the file otherwise. One at a time.
  /// - Throws: ``RecordStoreError``; `CancellationError` soon after the task is cancelled.
  nonisolated(nonsending) public func quickCheck() async throws -> CheckResult {
    try await checks.run()
  }

  /// Whether the records can be written, as the last attempt has shown. Reads go on whatever it is.
  public var writeState: WriteState { writer.health.now }

  /// Returns the state as soon as it is another one than `state`; at once when it is already.
  /// - Throws: `CancellationError`; ``RecordStoreError/closed`` when the database is closed.
  nonisolated(nonsending) public func waitForWriteState(otherThan state: WriteState) async throws
    -> WriteState
  {
    try await writer.health.wait(otherThan: state)
  }

  /// Writes one page that holds the same afterwards: finds out whether the records can be written
  /// again when nobody else tries.
  /// - Throws: ``RecordStoreError`` when they cannot.
  nonisolated(nonsending) public func probeWriting() async throws {
    try await write { transaction in
      // SQLite leaves a row alone that is set to what it holds, so nothing would reach the disk.
      try transaction.execute("UPDATE rs_meta SET pruned_through = pruned_through + 1")
      try transaction.execute("UPDATE rs_meta SET pruned_through = pruned_through - 1")
    }
  }

  /// What the database has done since it was opened.
  public var counters: DatabaseCounters { writer.counters.withLock { $0 } }

  /// How many writes wait for the writer.
  public var queuedWrites: Int { writer.queue.count }

  /// Serves what has queued, moves the write-ahead log into the file, closes every connection, ends
  /// every wait with `closed`, and releases the lock. Safe to call more than once.
  nonisolated(nonsending) public func close() async {
    // Its connection would keep the log from being moved.
    await checks.close()
    writer.queue.close()
    await closing.wait()
  }
}
