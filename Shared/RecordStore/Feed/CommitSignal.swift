import Synchronization

/// Knows the newest committed event and wakes whoever waits for a newer one.
///
/// No wake-up is lost: a waiter compares and registers under the lock under which the writer
/// publishes.
final class CommitSignal: Sendable {
  private struct State {
    var head: Int64
    var isClosed = false
    var lastWaiter: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]
    /// Cancelled before they had registered.
    var cancelled: Set<UInt64> = []
  }

  private struct Waiter {
    let after: Int64
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let state: Mutex<State>

  init(head: Int64) { state = Mutex(State(head: head)) }

  /// The sequence of the newest committed event.
  var head: Int64 { state.withLock { $0.head } }

  /// How many wait.
  var waiterCount: Int { state.withLock { $0.waiters.count } }

  /// Called by the writer after a commit.
  func publish(head: Int64) {
    let woken = state.withLock { state -> [Waiter] in
      guard head > state.head else { return [] }
      state.head = head
      let woken = state.waiters.filter { $0.value.after < head }
      for id in woken.keys { state.waiters[id] = nil }
      return Array(woken.values)
    }
    for waiter in woken { waiter.continuation.resume() }
  }

  /// Ends every wait, now and later, with `closed`.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.continuation.resume(throwing: RecordStoreError.closed) }
  }

  /// Returns when an event after `sequence` is committed.
  nonisolated(nonsending) func wait(after sequence: Int64) async throws {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        register(id, Waiter(after: sequence, continuation: continuation))
      }
    } onCancel: {
      cancel(id)
    }
  }

  private func register(_ id: UInt64, _ waiter: Waiter) {
    let answer = state.withLock { state -> Result<Void, any Error>? in
      if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
      if state.isClosed { return .failure(RecordStoreError.closed) }
      if state.head > waiter.after { return .success(()) }
      state.waiters[id] = waiter
      return nil
    }
    if let answer { waiter.continuation.resume(with: answer) }
  }

  private func cancel(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      if let waiter = state.waiters.removeValue(forKey: id) { return waiter }
      // Either not registered yet, or woken already; `wait` cleans up the second.
      state.cancelled.insert(id)
      return nil
    }
    waiter?.continuation.resume(throwing: CancellationError())
  }
}
