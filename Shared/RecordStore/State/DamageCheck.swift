import Foundation
import GRDB

/// What a check of a database file has come to.
public enum CheckResult: Sendable, Hashable {
  /// Nothing was found.
  case sound
  /// What was found, in SQLite's words; the first of them when there are many.
  case damaged([String])
}

/// One run of SQLite's own check of a file, on a connection and a thread of its own, which can be
/// ended at any moment.
final class DamageCheck: @unchecked Sendable {
  /// How thorough the check is.
  enum Depth: String, Sendable {
    /// Structure of the pages and types of the rows.
    case quick = "quick_check"
    /// Also that every index holds what its table does; takes several times as long.
    case full = "integrity_check"
  }

  /// A damaged file has one finding or thousands; a person needs the first.
  static let maximumFindings = 20
  /// An interrupt that comes before the statement has begun is lost, so it is repeated.
  private static let interruptPauseSeconds = 0.02

  private let depth: Depth
  private let open: @Sendable () throws -> DatabaseQueue
  private let condition = NSCondition()
  private var isEnded = false
  /// There while the check runs.
  private var connection: DatabaseQueue?

  /// A check to be run once.
  init(_ depth: Depth, open: @escaping @Sendable () throws -> DatabaseQueue) {
    self.depth = depth
    self.open = open
  }

  /// Runs it.
  /// - Throws: `CancellationError` when the task is cancelled or ``end()`` was called;
  ///   ``RecordStoreError`` when the file cannot be read; what opening throws.
  nonisolated(nonsending) func run() async throws -> CheckResult {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        startThread(named: "records-check") { [self] in
          continuation.resume(with: Result { try check() })
        }
      }
    } onCancel: {
      end()
    }
  }

  /// Ends the check if it runs, and keeps it from beginning if it does not.
  func end() {
    condition.lock()
    defer { condition.unlock() }
    isEnded = true
    guard connection != nil else { return }
    startThread(named: "records-check-end") { [self] in interrupt() }
  }

  private func interrupt() {
    condition.lock()
    defer { condition.unlock() }
    while let connection {
      connection.interrupt()
      _ = condition.wait(until: Date(timeIntervalSinceNow: Self.interruptPauseSeconds))
    }
  }

  private func check() throws -> CheckResult {
    let queue = try open()
    condition.lock()
    let isEndedEarly = isEnded
    if !isEndedEarly { connection = queue }
    condition.unlock()
    let result = Result {
      if isEndedEarly { throw CancellationError() }
      return try queue.writeWithoutTransaction {
        try String.fetchAll($0, sql: "PRAGMA \(depth.rawValue)(\(Self.maximumFindings))")
      }
    }
    let wasEnded = finish()
    // Whatever the connection still says, it is not needed any more.
    try? queue.close()
    return try answer(result, wasEnded: wasEnded)
  }

  /// After this nobody interrupts the connection any more.
  private func finish() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    connection = nil
    condition.broadcast()
    return isEnded
  }

  private func answer(_ result: Result<[String], any Error>, wasEnded: Bool) throws -> CheckResult {
    // A check that is interrupted may answer what it has seen so far, or that all is well.
    if wasEnded { throw CancellationError() }
    do {
      let findings = try result.get()
      return findings == ["ok"] ? .sound : .damaged(findings)
    } catch let error as DatabaseError {
      let error = RecordStoreError(error)
      guard case .corrupted(let text) = error else { throw error }
      return .damaged([text])
    }
  }
}
