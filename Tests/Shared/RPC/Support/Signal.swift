import Synchronization

/// Something a test waits for, set once or counted up, from any thread.
final class Signal: Sendable {
  private struct State {
    var count = 0
    var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  /// How often it was set.
  var count: Int { state.withLock { $0.count } }

  /// Sets it once more.
  func set() {
    let ready = state.withLock { state in
      state.count += 1
      let ready = state.waiting.filter { $0.count <= state.count }
      state.waiting.removeAll { $0.count <= state.count }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Waits until it was set as often as that.
  func wait(count: Int = 1) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isReady = state.withLock { state in
        if state.count < count { state.waiting.append((count, continuation)) }
        return state.count >= count
      }
      if isReady { continuation.resume() }
    }
  }
}
