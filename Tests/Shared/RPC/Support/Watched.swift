import Synchronization

/// A value that a test changes from any thread and waits for. Waiting ends, with whatever is there,
/// when the waiting task is cancelled: a test that hangs fails at its time limit.
final class Watched<Value: Sendable>: Sendable {
  private struct Waiter {
    let id: UInt64
    let condition: @Sendable (Value) -> Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var value: Value
    var waiters: [Waiter] = []
    var nextID: UInt64 = 0
  }

  private let state: Mutex<State>

  init(_ value: Value) { state = Mutex(State(value: value)) }

  var value: Value { state.withLock { $0.value } }

  func update(_ change: (inout Value) -> Void) {
    let ready = state.withLock { state in
      change(&state.value)
      let value = state.value
      let ready = state.waiters.filter { $0.condition(value) }
      state.waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Waits until the value meets a condition.
  func wait(until condition: @escaping @Sendable (Value) -> Bool) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let isDone = state.withLock { state in
          let isDone = Task.isCancelled || condition(state.value)
          if !isDone {
            state.waiters.append(
              Waiter(id: id, condition: condition, continuation: continuation))
          }
          return isDone
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let waiter = state.waiters.first { $0.id == id }
        state.waiters.removeAll { $0.id == id }
        return waiter
      }
      waiter?.continuation.resume()
    }
  }
}

/// Something a test waits for, set once or counted up, from any thread.
final class Signal: Sendable {
  private let sets = Watched(0)

  /// How often it was set.
  var count: Int { sets.value }

  /// Sets it once more.
  func set() { sets.update { $0 += 1 } }

  /// Waits until it was set as often as that.
  func wait(count: Int = 1) async { await sets.wait { $0 >= count } }
}
