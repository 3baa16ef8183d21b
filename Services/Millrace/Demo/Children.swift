import Synchronization

/// The programs that were started, to be stopped in the opposite order.
final class Children: Sendable {
  private let started = Mutex<[ChildProcess]>([])

  /// How long a program may take to end by itself, in milliseconds: longer than it lets its calls
  /// go on.
  static let stopGraceMilliseconds = 15_000

  /// Remembers a program.
  func add(_ child: ChildProcess) { started.withLock { $0.append(child) } }

  /// The first program that has ended although nobody asked it to.
  var ended: ChildProcess? { started.withLock { $0.first { !$0.isRunning } } }

  /// Stops all, the last one first. It does so even when the task is cancelled.
  func stopAll() async {
    let children = started.withLock { children in
      defer { children = [] }
      return children
    }
    await Task {
      for child in children.reversed() {
        await child.stop(graceMilliseconds: Self.stopGraceMilliseconds)
      }
    }.value
  }
}
