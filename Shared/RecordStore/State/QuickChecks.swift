import Synchronization

/// The checks of an open database: one at a time, and none beyond its closing.
final class QuickChecks: Sendable {
  private struct Running {
    let check: DamageCheck
    let closing = Closing()
  }

  private struct State {
    var isClosed = false
    var running: Running?
  }

  private let factory: ConnectionFactory
  private let state = Mutex(State())

  init(factory: ConnectionFactory) { self.factory = factory }

  /// Runs a check on a connection of its own.
  nonisolated(nonsending) func run() async throws -> CheckResult {
    let running = try begin()
    defer {
      state.withLock { $0.running = nil }
      running.closing.finish()
    }
    do { return try await running.check.run() } catch is CancellationError {
      throw state.withLock { $0.isClosed } ? RecordStoreError.closed : CancellationError()
    }
  }

  private func begin() throws -> Running {
    let factory = factory
    return try state.withLock { state in
      if state.isClosed { throw RecordStoreError.closed }
      if state.running != nil { throw RecordStoreError.overloaded(bound: 1) }
      let running = Running(check: DamageCheck(.quick) { try factory.open(.reader) })
      state.running = running
      return running
    }
  }

  /// Ends the running check and returns when its connection is closed.
  nonisolated(nonsending) func close() async {
    let running = state.withLock { state in
      state.isClosed = true
      return state.running
    }
    running?.check.end()
    await running?.closing.wait()
  }
}
