import Synchronization

/// The programs that were started, to be stopped in the opposite order.
final class Children: Sendable {
  private struct Started {
    let child: ChildProcess
    let isServer: Bool
  }

  private let started = Mutex<[Started]>([])

  /// How long a program may take to end by itself, in milliseconds: longer than it lets its calls
  /// go on.
  static let stopGraceMilliseconds = 15_000

  /// Remembers a program. A server is not meant to end by itself.
  func add(_ child: ChildProcess, isServer: Bool) {
    started.withLock { $0.append(Started(child: child, isServer: isServer)) }
  }

  /// A server that has ended although nobody asked it to.
  var endedServer: ChildProcess? {
    started.withLock { started in
      started.first { $0.isServer && !$0.child.isRunning }?.child
    }
  }

  /// Stops all, the last one first. It does so even when the task is cancelled.
  func stopAll() async {
    let children = started.withLock { children in
      defer { children = [] }
      return children
    }
    await Task {
      for started in children.reversed() {
        await started.child.stop(graceMilliseconds: Self.stopGraceMilliseconds)
      }
    }.value
  }
}
