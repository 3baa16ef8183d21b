import Dispatch

@testable import RecordStore

/// Writes from inside a read: for a reader's thread, which may block.
enum DispatchWrite {
  /// Inserts one row into `things` and waits until it is committed; answers 1, the rows written.
  static func run(in database: Database) -> Int {
    let done = DispatchSemaphore(value: 0)
    Task {
      defer { done.signal() }
      try await database.write { try $0.execute("INSERT INTO things DEFAULT VALUES") }
    }
    done.wait()
    return 1
  }
}
