import NIOCore
import Synchronization

/// Between the event loop, which brings the responses of a stream, and the task that reads them.
///
/// Bounded by flow control: while messages lie here, the stream's window is not given back.
final class ResponseBuffer: ClientReceiver {
  typealias MessageOutcome = Result<ByteBuffer?, Status>
  typealias HeadersOutcome = Result<Metadata, Status>

  private struct State {
    var messages = CircularBuffer<ByteBuffer>()
    var initialMetadata: Metadata?
    var ending: Status?
    var isWindowHeld = false
    var reader: CheckedContinuation<MessageOutcome, Never>?
    var headerReaders: [CheckedContinuation<HeadersOutcome, Never>] = []
  }

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

  func receive(message: ByteBuffer) {
    let reader = state.withLock { state in
      if state.reader == nil { state.messages.append(message) }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: .success(message))
  }

  func finish(_ status: Status) {
    let (reader, headerReaders) = state.withLock { state in
      state.ending = status
      defer {
        state.reader = nil
        state.headerReaders = []
      }
      return (state.reader, state.headerReaders)
    }
    reader?.resume(returning: status.code == .ok ? .success(nil) : .failure(status))
    for reader in headerReaders {
      reader.resume(returning: status.code == .ok ? .success(Metadata()) : .failure(status))
    }
  }

  func takesMore() -> Bool {
    state.withLock { state in
      state.isWindowHeld = !state.messages.isEmpty
      return !state.isWindowHeld
    }
  }

  // MARK: the reader's side

  var trailingMetadata: Metadata { state.withLock { $0.ending?.metadata ?? Metadata() } }

  /// Answers with the next message, now or when it comes. True when the window should be given
  /// back.
  func waitForMessage(_ continuation: CheckedContinuation<MessageOutcome, Never>) -> Bool {
    var releasesWindow = false
    let outcome: MessageOutcome? = state.withLock { state in
      if let message = state.messages.popFirst() {
        releasesWindow = state.isWindowHeld && state.messages.isEmpty
        if releasesWindow { state.isWindowHeld = false }
        return .success(message)
      }
      if let ending = state.ending {
        return ending.code == .ok ? .success(nil) : .failure(ending)
      }
      guard state.reader == nil else {
        return .failure(Status(code: .internalError, message: "a stream has one reader only"))
      }
      state.reader = continuation
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
    return releasesWindow
  }

  /// Answers with the initial metadata, now or when it comes.
  func waitForHeaders(_ continuation: CheckedContinuation<HeadersOutcome, Never>) {
    let outcome: HeadersOutcome? = state.withLock { state in
      if let metadata = state.initialMetadata { return .success(metadata) }
      if let ending = state.ending {
        return ending.code == .ok ? .success(Metadata()) : .failure(ending)
      }
      state.headerReaders.append(continuation)
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
  }
}
