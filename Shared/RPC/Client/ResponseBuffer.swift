import NIOCore
import Synchronization

/// Between the event loop, which brings a stream's headers, responses and status, and the task that
/// reads them.
final class ResponseBuffer: ClientReceiver {
  typealias HeadersOutcome = Result<Metadata, Status>

  private struct State {
    var initialMetadata: Metadata?
    var ending: Status?
    var headerReaders: [CheckedContinuation<HeadersOutcome, Never>] = []
  }

  /// The messages.
  let inbox = MessageInbox()
  private let state = Mutex(State())

  // MARK: the event loop's side

  func receive(initialMetadata: Metadata) {
    let readers = state.withLock { state in
      state.initialMetadata = initialMetadata
      defer { state.headerReaders = [] }
      return state.headerReaders
    }
    for reader in readers { reader.resume(returning: .success(initialMetadata)) }
  }

  func receive(message: ReceivedMessage) { inbox.receive(message) }

  func finish(_ status: Status) {
    let headerReaders = state.withLock { state in
      state.ending = status
      defer { state.headerReaders = [] }
      return state.headerReaders
    }
    inbox.finish(status.code == .ok ? nil : status)
    for reader in headerReaders { reader.resume(returning: Self.headers(status)) }
  }

  func takesMore() -> Bool { inbox.takesMore() }

  var queuedBytes: Int { inbox.byteCount }

  // MARK: the reader's side

  var trailingMetadata: Metadata { state.withLock { $0.ending?.metadata ?? Metadata() } }

  /// Answers with the initial metadata, now or when it comes.
  func waitForHeaders(_ continuation: CheckedContinuation<HeadersOutcome, Never>) {
    let outcome: HeadersOutcome? = state.withLock { state in
      if let metadata = state.initialMetadata { return .success(metadata) }
      if let ending = state.ending { return Self.headers(ending) }
      state.headerReaders.append(continuation)
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
  }

  /// What a call without headers tells who waits for them.
  private static func headers(_ ending: Status) -> HeadersOutcome {
    ending.code == .ok ? .success(Metadata()) : .failure(ending)
  }
}
