import NIOCore

extension MessageInbox {
  /// Takes the next message, waiting for it if need be; nil after the last one.
  ///
  /// - Parameters:
  ///   - releaseWindow: called when the peer may send more; on the reader's thread.
  ///   - onCancel: called when the reading task is cancelled while it waits.
  func next(
    releaseWindow: () -> Void, onCancel: @escaping @Sendable () -> Void
  ) async throws(Status) -> ReceivedMessage? {
    if let taken = takeWaiting() {
      if taken.releasesWindow { releaseWindow() }
      return taken.message
    }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
        if next(continuation) { releaseWindow() }
        // A cancellation that came before the reader was registered found nobody to tell.
        if Task.isCancelled { onCancel() }
      }
    } onCancel: {
      onCancel()
    }
    return try outcome.get()
  }

  /// The task that waits was cancelled: it gets `CANCELLED`, the stream goes on.
  func cancelReader() {
    takeReader()?.resume(
      returning: .failure(Status(code: .cancelled, message: "the reading task was cancelled")))
  }
}
