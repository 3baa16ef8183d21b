import Synchronization

/// Ends what would otherwise run until its caller leaves: the waits of open streams.
///
/// ``begin()`` makes every wait, now and later, throw ``Refusal/shuttingDown``. Calls that are at
/// work are not touched.
public final class Drain: Sendable {
  private struct State {
    var hasBegun = false
    var lastID: UInt64 = 0
    var waits: [UInt64: Task<Void, any Error>] = [:]
  }

  private let state = Mutex(State())

  /// A drain that has not begun.
  public init() {}

  /// Whether it has begun.
  public var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// Ends every wait.
  public func begin() {
    let waits = state.withLock { state in
      state.hasBegun = true
      return Array(state.waits.values)
    }
    for wait in waits { wait.cancel() }
  }

  /// Waits for something that can be cancelled, at most until the drain begins.
  /// - Throws: ``Refusal/shuttingDown`` when it has begun, `CancellationError` when the task was
  ///   cancelled, and what `body` throws.
  public func wait(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await body() }
    let id = enter(task)
    defer { state.withLock { $0.waits[id ?? 0] = nil } }
    if id == nil { task.cancel() }
    do {
      try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch is CancellationError where hasBegun {
      throw Refusal.shuttingDown
    }
    if hasBegun { throw Refusal.shuttingDown }
  }

  /// Waits for a value, at most until the drain begins; see ``wait(_:)``.
  func waitFor<T: Sendable>(_ body: @escaping @Sendable () async throws -> T?) async throws -> T? {
    let found = Mutex<T?>(nil)
    try await wait {
      let value = try await body()
      found.withLock { $0 = value }
    }
    return found.withLock { $0 }
  }

  /// Registers a wait; `nil` when the drain has begun.
  private func enter(_ task: Task<Void, any Error>) -> UInt64? {
    state.withLock { state in
      guard !state.hasBegun else { return nil }
      state.lastID += 1
      state.waits[state.lastID] = task
      return state.lastID
    }
  }
}
