public import NIOCore
import Synchronization

/// Where a server-streaming handler puts its response messages.
public struct ResponseWriter: Sendable {
  private let stream: ServerStream

  init(stream: ServerStream) { self.stream = stream }

  /// Sends the initial metadata now instead of with the first message, so that the caller learns
  /// that its call was taken up.
  public func sendInitialMetadata() async throws(Status) {
    try await perform { stream throws(Status) in
      try stream.checkRunning()
      stream.startResponses()
      stream.connection.scheduleDrain()
      return true
    }
  }

  /// Sends one message. Suspends while the peer is slow: what waits to be sent stays below
  /// ``Limits/Buffer/streamOutboundBytes`` plus one message.
  ///
  /// Throws `CANCELLED` (or `DEADLINE_EXCEEDED`) when nobody waits for the responses any more.
  public func write(_ message: ByteBuffer) async throws(Status) {
    try await perform { stream throws(Status) in try stream.write(message) }
  }

  /// Runs an action on the event loop and then, when it says false, waits for room.
  ///
  /// On the loop, where handlers normally are, the action runs at once and mostly nothing suspends;
  /// elsewhere the task suspends until the loop has run it.
  private func perform(
    _ action: @escaping @Sendable (ServerStream) throws(Status) -> Bool
  ) async throws(Status) {
    if stream.connection.eventLoop.inEventLoop, try action(stream) { return }
    let isDone = stream.connection.eventLoop.inEventLoop
    let isCancelled = Task.isCancelled
    let id = Self.nextWriterID.add(1, ordering: .relaxed).newValue
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Status?, Never>) in
        stream.onLoop { stream in
          do throws(Status) {
            let fits = isDone ? stream.hasRoom : try action(stream)
            try stream.checkRunning()
            if fits {
              continuation.resume(returning: nil)
            } else if isCancelled {
              continuation.resume(returning: Self.cancelled)
            } else {
              stream.waitingWriters.append((id, continuation))
            }
          } catch {
            continuation.resume(returning: error)
          }
        }
      }
    } onCancel: {
      stream.onLoop { $0.cancelWriter(id) }
    }
    if let failure { throw failure }
  }

  private static let nextWriterID = Atomic<UInt64>(0)
  fileprivate static let cancelled = Status(
    code: .cancelled, message: "the writing task was cancelled")
}

extension ServerStream {
  /// The task of a waiting writer was cancelled.
  func cancelWriter(_ id: UInt64) {
    guard let index = waitingWriters.firstIndex(where: { $0.id == id }) else { return }
    let writer = waitingWriters.remove(at: index)
    writer.continuation.resume(returning: ResponseWriter.cancelled)
  }
}
