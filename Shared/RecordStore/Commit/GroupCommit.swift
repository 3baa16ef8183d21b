import Environment
import GRDB
import Logging
import Synchronization
import Values

/// The one writer of a database: takes what has queued, runs it as one transaction, answers after
/// COMMIT.
///
/// There is no timer: while one batch is being made durable the next one queues, so batches grow
/// with the load. All but `queue`, `counters` and `health` belong to the writer's thread.
final class GroupCommit: @unchecked Sendable {
  let queue: WorkQueue<any PendingWrite>
  let counters = Mutex(DatabaseCounters())
  let health = WriteHealth()

  private let factory: ConnectionFactory
  private let runner: BatchRunner
  private let clock: any Clock
  private let maximumBatch: Int
  private let signal: CommitSignal
  private let readers: ReaderPool
  private let logger: Logger
  private let checkpointer: Checkpointer
  /// `nil` after a failed fsync until reopening succeeds.
  private var connection: DatabaseQueue?
  private var heads: StoreHeads

  init(
    connection: DatabaseQueue, factory: ConnectionFactory, runner: BatchRunner,
    clock: any Clock, checkpointer: Checkpointer, configuration: DatabaseConfiguration,
    heads: StoreHeads,
    signal: CommitSignal, readers: ReaderPool, logger: Logger
  ) {
    self.checkpointer = checkpointer
    self.connection = connection
    self.factory = factory
    self.runner = runner
    self.clock = clock
    self.maximumBatch = configuration.maximumBatch
    self.queue = WorkQueue(
      bound: configuration.maximumQueuedWrites, byteBound: configuration.maximumQueuedBytes
    ) { $0.byteCount }
    self.signal = signal
    self.readers = readers
    self.logger = logger
    self.heads = heads
  }

  /// Serves until the queue is closed and empty, then closes the connection.
  func serve() {
    connection?.writeWithoutTransaction { checkpointer.attach(to: $0) }
    while true {
      let batch = queue.take(maximum: maximumBatch)
      if batch.isEmpty { break }
      process(batch)
      checkpointIfDue()
    }
    finish()
  }

  private func process(_ batch: [any PendingWrite]) {
    switch attempt(batch) {
    case .committed(let heads, let nanoseconds):
      committed(batch, heads, nanoseconds)
    case .notStarted(let error):
      failed(batch, error)
    case .abandoned(.diskFull):
      // Running each alone would only fill the disk again, and tell apart who was the drop too
      // much.
      failed(batch, .diskFull)
    case .abandoned(let error):
      // Once per outage: what comes after it says the same.
      if health.now == .writable {
        logger.warning("a batch of \(batch.count) writes failed and is rerun one by one: \(error)")
      }
      for write in batch { rerun(write) }
    }
  }

  private func failed(_ batch: [any PendingWrite], _ error: RecordStoreError) {
    // The state first: whoever has been answered finds the reason in it.
    health.failed(error)
    for write in batch { write.fail(error) }
  }

  private func rerun(_ write: any PendingWrite) {
    switch attempt([write]) {
    case .committed(let heads, let nanoseconds): committed([write], heads, nanoseconds)
    case .abandoned(let error), .notStarted(let error): failed([write], error)
    }
  }

  private func attempt(_ batch: [any PendingWrite]) -> BatchEnd {
    do {
      let connection = try openConnection()
      let end = connection.writeWithoutTransaction { runner.run(batch, heads: heads, on: $0) }
      if case .abandoned(let error) = end {
        counters.withLock { $0.failedBatches += 1 }
        if error.needsNewConnection { closeConnection() }
      }
      return end
    } catch {
      return .notStarted(RecordStoreError(any: error))
    }
  }

  private func committed(
    _ batch: [any PendingWrite], _ heads: StoreHeads, _ nanoseconds: Int64
  ) {
    self.heads = heads
    if checkpointer.takeNews() { health.succeeded() }
    counters.withLock { counters in
      counters.batches += 1
      counters.writes += Int64(batch.count)
      counters.commitNanoseconds += nanoseconds
    }
    // The head first: whoever has been answered finds its own event in it.
    signal.publish(head: heads.event)
    for write in batch { write.answer() }
  }

  private func openConnection() throws -> DatabaseQueue {
    if let connection { return connection }
    let opened = try factory.open(.writer)
    opened.writeWithoutTransaction { checkpointer.attach(to: $0) }
    connection = opened
    return opened
  }

  /// After a failed fsync nobody knows what is on disk: the commit is never tried again on the same
  /// connection. The frames it may have written are not in the log's index, which the readers'
  /// connections keep alive, so the new connection overwrites them.
  private func closeConnection() {
    guard let connection else { return }
    self.connection = nil
    do {
      try connection.writeWithoutTransaction { open in
        checkpointer.detach(from: open)
        if open.isInsideTransaction { try open.execute(sql: "ROLLBACK") }
      }
      try connection.close()
    } catch {
      logger.error("the writer's connection did not close cleanly: \(error)")
    }
  }

  private func checkpointIfDue() {
    guard connection != nil else { return }
    switch checkpointer.need {
    case .nothing: return
    case .passive: checkpoint(truncating: false)
    case .withoutReaders:
      readers.pause()
      checkpoint(truncating: true)
      readers.resume()
    }
  }

  private func checkpoint(truncating: Bool) {
    guard let connection else { return }
    let start = clock.monotonicNanoseconds
    do {
      try connection.writeWithoutTransaction {
        try checkpointer.run(on: $0, truncating: truncating)
      }
      counters.withLock { $0.checkpointed(nanoseconds: clock.monotonicNanoseconds - start) }
    } catch {
      // Nothing is lost: the log keeps what could not be moved, and the next checkpoint moves it
      // again.
      let error = RecordStoreError(any: error)
      counters.withLock { $0.failedCheckpoints += 1 }
      logger.error("a checkpoint failed: \(error)")
      if error.needsNewConnection { closeConnection() }
    }
  }

  private func finish() {
    readers.close()
    checkpoint(truncating: true)
    closeConnection()
    signal.close()
    health.close()
  }
}

extension RecordStoreError {
  /// Whether the writer's connection must not be used again after this error.
  var needsNewConnection: Bool {
    switch self {
    case .ioError, .corrupted: true
    default: false
    }
  }
}
