public import NIOCore

/// The request messages of a call, for one reader.
///
/// Reading drives flow control: a caller is slowed down while nobody reads. A handler may answer
/// without reading to the end.
public struct RequestStream: AsyncSequence, Sendable {
  /// One request message.
  public typealias Element = ByteBuffer
  /// Why there can't be any more: the caller is gone, the deadline has passed, or it broke a rule.
  public typealias Failure = Status

  private let stream: ServerStream
  private let inbox: MessageInbox

  init(stream: ServerStream, inbox: MessageInbox) {
    self.stream = stream
    self.inbox = inbox
  }

  /// Whether the message taken last was compressed on the wire.
  public var lastWasCompressed: Bool { inbox.lastWasCompressed }

  /// A message that has come already; nil when there is none yet, or no more. For the one reader, between two
  /// messages that it has waited for: what has come meanwhile is done together.
  public func takeWaiting() -> ByteBuffer? {
    guard let taken = inbox.takeWaiting() else { return nil }
    if taken.releasesWindow { stream.onLoop { $0.releaseWindow() } }
    return taken.message.bytes
  }

  /// The one reader's iterator.
  public func makeAsyncIterator() -> Iterator { Iterator(requests: self) }

  /// Takes the messages in order; nil when the caller has sent its last one.
  public struct Iterator: AsyncIteratorProtocol {
    let requests: RequestStream

    /// The next message.
    public mutating func next() async throws(Status) -> ByteBuffer? {
      try await requests.next()
    }

    /// The next message.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(Status) -> ByteBuffer? {
      try await requests.next()
    }
  }

  /// The next message; nil when the caller has sent its last one.
  public func next() async throws(Status) -> ByteBuffer? {
    let (stream, inbox) = (stream, inbox)
    return try await inbox.next(
      releaseWindow: { stream.onLoop { $0.releaseWindow() } },
      onCancel: { inbox.cancelReader() })?.bytes
  }
}
