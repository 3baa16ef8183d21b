import NIOCore

/// A stream that tasks write messages to: a server's responses, a client's requests.
///
/// Confined to its event loop, ``perform(_:)`` excepted.
protocol WritableStream: AnyObject, Sendable {
  var eventLoop: any EventLoop { get }
  /// Whether a writer may go on.
  var hasRoom: Bool { get }
  /// Throws when nobody waits for what is written any more.
  func checkWritable() throws(Status)
  /// Who waits for room.
  var writers: WriterQueue { get set }
}

extension WritableStream {
  /// Runs an action on the event loop and then, when it says false, waits for room.
  ///
  /// On the loop, where handlers normally are, the action runs at once and mostly nothing suspends;
  /// elsewhere the task suspends until the loop has run it.
  func perform(
    _ action: @escaping @Sendable (Self) throws(Status) -> Bool
  ) async throws(Status) {
    let isOnLoop = eventLoop.inEventLoop
    if isOnLoop, try action(self) { return }
    let id = WriterQueue.newID()
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: WriterQueue.Continuation) in
        onLoop { stream in
          do throws(Status) {
            let fits = isOnLoop ? stream.hasRoom : try action(stream)
            try stream.checkWritable()
            if fits {
              continuation.resume(returning: nil)
            } else {
              stream.writers.append(id, continuation)
            }
          } catch {
            continuation.resume(returning: error)
          }
        }
        // A cancellation that came before the writer was registered found nobody to tell.
        if Task.isCancelled { onLoop { $0.writers.cancel(id) } }
      }
    } onCancel: {
      onLoop { $0.writers.cancel(id) }
    }
    if let failure { throw failure }
  }

  /// Runs an action on the event loop, at once when already there (the rule for handlers).
  func onLoop(_ action: @escaping @Sendable (Self) -> Void) {
    if eventLoop.inEventLoop { action(self) } else { eventLoop.execute { action(self) } }
  }
}
