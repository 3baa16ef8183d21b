import Synchronization

/// Wakes a loop that pauses. However often it rings while the loop is at work, the loop's next pause
/// is left out once: what has happened after a look began is seen by the next one.
final class Alarm: Sendable {
  private struct State {
    var hasRung = false
    /// The pause is over by itself.
    var isOver = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Ends the pause, or the next one before it begins.
  func ring() {
    let waiting = state.withLock { state in
      if state.waiting == nil { state.hasRung = true }
      return state.waiting.take()
    }
    waiting?.resume()
  }

  /// Returns after so many milliseconds, when it rings, when it has rung since it returned last, or
  /// when the task is cancelled. One waits at a time.
  func wait(milliseconds: Int64) async {
    state.withLock { $0.isOver = false }
    let timer = Task {
      try await Task.sleep(for: .milliseconds(milliseconds))
      self.end()
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.hasRung || state.isOver || Task.isCancelled {
            state.hasRung = false
            return true
          }
          state.waiting = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      end()
    }
    timer.cancel()
  }

  /// Waits like ``wait(milliseconds:)``, but ringing ends it only after so many milliseconds of it:
  /// who rings all the time does not make the loop run all the time.
  func wait(milliseconds: Int64, atLeast minimum: Int64) async {
    let least = min(minimum, milliseconds)
    do { try await Task.sleep(for: .milliseconds(least)) } catch {
      // It was cancelled, which ends the pause.
      return
    }
    if milliseconds > least { await wait(milliseconds: milliseconds - least) }
  }

  private func end() {
    let waiting = state.withLock { state in
      state.isOver = true
      return state.waiting.take()
    }
    waiting?.resume()
  }
}
