import NIOCore
import Synchronization

/// Between the event loop, which brings the messages of a stream, and the task that reads them.
///
/// Bounded by flow control: while messages lie here, the stream's window is not given back.
final class MessageInbox: Sendable {
  /// A message; nil at the end; the status of a call that failed.
  typealias Outcome = Result<ReceivedMessage?, Status>

  private struct State {
    var messages = CircularBuffer<ReceivedMessage>()
    /// Memory of messages that were not taken yet, in bytes.
    var byteCount = 0
    var ending: Outcome?
    var isWindowHeld = false
    var reader: CheckedContinuation<Outcome, Never>?
    var lastWasCompressed = false

    mutating func take() -> ReceivedMessage? {
      guard let message = messages.popFirst() else { return nil }
      byteCount -= Self.size(message)
      lastWasCompressed = message.wasCompressed
      return message
    }

    static func size(_ message: ReceivedMessage) -> Int {
      message.bytes.readableBytes + Limits.Fixed.queuedMessageBytes
    }
  }

  private let state = Mutex(State())

  // MARK: the event loop's side

  /// Brings a message.
  func receive(_ message: ReceivedMessage) {
    let reader = state.withLock { state in
      if state.reader == nil {
        state.messages.append(message)
        state.byteCount += State.size(message)
      } else {
        state.lastWasCompressed = message.wasCompressed
      }
      return state.reader.take()
    }
    reader?.resume(returning: .success(message))
  }

  /// No further message comes: nil for a proper end. What lies here can still be taken, unless
  /// `discarding`.
  func finish(_ failure: Status?, discarding: Bool = false) {
    let ending: Outcome = failure.map { .failure($0) } ?? .success(nil)
    let reader = state.withLock { state in
      if state.ending == nil { state.ending = ending }
      if discarding {
        state.messages.removeAll()
        state.byteCount = 0
      }
      return state.reader.take()
    }
    reader?.resume(returning: ending)
  }

  /// Whether the peer may send more. When false, ``next(_:)`` says when the window is due.
  func takesMore() -> Bool {
    state.withLock { state in
      state.isWindowHeld = !state.messages.isEmpty
      return !state.isWindowHeld
    }
  }

  /// Memory of messages that nobody has taken yet, in bytes.
  var byteCount: Int { state.withLock { $0.byteCount } }
  /// Whether the message taken last was compressed on the wire.
  var lastWasCompressed: Bool { state.withLock { $0.lastWasCompressed } }

  // MARK: the reader's side

  /// Takes a message that is already here; nil when there is none yet or no more.
  func takeWaiting() -> (message: ReceivedMessage, releasesWindow: Bool)? {
    state.withLock { state in
      guard let message = state.take() else { return nil }
      return (message, Self.releasesWindow(&state))
    }
  }

  /// Answers with the next message, now or when it comes. True when the window should be given
  /// back.
  func next(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
    var releasesWindow = false
    let outcome: Outcome? = state.withLock { state in
      if let message = state.take() {
        releasesWindow = Self.releasesWindow(&state)
        return .success(message)
      }
      if let ending = state.ending { return ending }
      guard state.reader == nil else {
        return .failure(Status(code: .internalError, message: "a stream has one reader only"))
      }
      state.reader = continuation
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
    return releasesWindow
  }

  /// Takes the waiting reader away, to answer it otherwise.
  func takeReader() -> CheckedContinuation<Outcome, Never>? {
    state.withLock { $0.reader.take() }
  }

  private static func releasesWindow(_ state: inout State) -> Bool {
    guard state.isWindowHeld, state.messages.isEmpty else { return false }
    state.isWindowHeld = false
    return true
  }
}
