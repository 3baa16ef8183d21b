import Foundation
import GRDB
import Values

/// A read on its way to a reader's thread.
struct PendingRead {
  /// Runs the body on a snapshot and answers the caller. Answers whether the connection can be used
  /// again.
  let run: (GRDB.Database) -> Bool
  /// Answers the caller with an error that is not of its own making.
  let fail: (RecordStoreError) -> Void
}

/// Serves reads, each on a snapshot of its own, on threads of its own: a caller's event loop is
/// never blocked.
final class ReaderPool: @unchecked Sendable {
  private let queue: WorkQueue<PendingRead>
  private let factory: ConnectionFactory
  private let gate = ReaderGate()
  private let threads = DispatchGroup()

  /// Opens one connection per thread at once. They stay open: while one is, the index of the
  /// write-ahead log stays valid whatever happens to the writer's connection.
  init(configuration: DatabaseConfiguration, factory: ConnectionFactory) throws {
    self.queue = WorkQueue(bound: configuration.maximumQueuedReads)
    self.factory = factory
    let connections = try (0..<configuration.readers).map { _ in try factory.open(.reader) }
    for connection in connections {
      threads.enter()
      startThread(named: "records-reader") { [self] in
        serve(connection)
        threads.leave()
      }
    }
  }

  /// Queues a read, or answers why it cannot.
  func add(_ read: PendingRead) -> RecordStoreError? { queue.add(read) }

  /// Holds back new reads and waits for the running ones, at most
  /// ``ReaderGate/maximumPauseSeconds``.
  func pause() { gate.close() }

  /// Ends the pause.
  func resume() { gate.open() }

  /// Serves what waits, then ends the threads and closes their connections.
  func close() {
    queue.close()
    threads.wait()
  }

  private func serve(_ first: DatabaseQueue) {
    var connection = first
    while let read = queue.take(maximum: 1).first {
      gate.enter()
      connection = serve(read, on: connection)
      gate.leave()
    }
    close(connection)
  }

  /// Answers the connection for the next read: a new one after a storage error, opened before the
  /// old one is dropped, so that the log's index never goes while the writer's connection is
  /// closed. When even opening fails the old one stays, and the next read tells its caller so.
  private func serve(_ read: PendingRead, on connection: DatabaseQueue) -> DatabaseQueue {
    if connection.writeWithoutTransaction(read.run) { return connection }
    guard let opened = try? factory.open(.reader) else { return connection }
    close(connection)
    return opened
  }

  /// Closes it now: the thread's own reference goes only after ``close()`` has been answered, and
  /// SQLite removes the log only with the last connection.
  private func close(_ connection: DatabaseQueue) {
    // A connection that cannot be closed is closed by SQLite when its last statement goes.
    try? connection.close()
  }
}

/// Lets readers pass unless the writer needs the write-ahead log for itself.
final class ReaderGate: @unchecked Sendable {
  /// A read that takes longer does not hold up the writes; the log grows meanwhile and the writer
  /// tries again.
  static let maximumPauseSeconds = 0.25

  private let condition = NSCondition()
  private var isClosed = false
  private var inside = 0

  func enter() {
    condition.lock()
    while isClosed { condition.wait() }
    inside += 1
    condition.unlock()
  }

  func leave() {
    condition.lock()
    inside -= 1
    condition.broadcast()
    condition.unlock()
  }

  func close() {
    condition.lock()
    isClosed = true
    let limit = Date(timeIntervalSinceNow: Self.maximumPauseSeconds)
    while inside > 0, condition.wait(until: limit) {}
    condition.unlock()
  }

  func open() {
    condition.lock()
    isClosed = false
    condition.broadcast()
    condition.unlock()
  }
}

/// Starts a thread with a name that a debugger shows.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  let thread = Thread(block: body)
  thread.name = name
  thread.start()
}
