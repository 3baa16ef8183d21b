import Dispatch
import Environment
import Testing

@testable import RecordStore

/// A write that keeps the writer busy, so that what a test queues meanwhile forms one batch.
final class Plug: Sendable {
  private let entered = DispatchSemaphore(value: 0)
  private let release = DispatchSemaphore(value: 0)

  /// Runs `queueing` while the writer is held; it starts `count` writes and must not wait for them.
  static func batch<T>(
    of count: Int, in database: Database, _ queueing: () async throws -> T
  ) async throws -> T {
    let plug = Plug()
    let holder = Task { try await database.write { _ in plug.hold() } }
    try await eventually("the writer is held") { plug.entered.wait(timeout: .now()) == .success }
    let result = try await queueing()
    try await eventually("\(count) writes have queued") { database.queuedWrites == count }
    plug.release.signal()
    try await holder.value
    return result
  }

  private func hold() {
    entered.signal()
    release.wait()
  }
}
