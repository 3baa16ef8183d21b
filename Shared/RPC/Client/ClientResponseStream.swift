public import NIOCore

/// The responses of a server-streaming call, for one reader.
///
/// Reading drives flow control: a server is slowed down when nobody reads. Dropping the stream, or
/// cancelling the reading task, cancels the call at the server.
public final class ClientResponseStream: AsyncSequence, Sendable {
  /// One response message.
  public typealias Element = ByteBuffer
  /// How the call failed.
  public typealias Failure = Status

  init() {}

  /// Waits for the response headers. Empty when the server answered with a status alone.
  public func initialMetadata() async throws(Status) -> Metadata { Metadata() }

  /// The metadata that came with an OK status, once the stream has ended; a failure carries its own
  /// in ``Status/metadata``.
  public var trailingMetadata: Metadata { Metadata() }

  /// Gives the call up: the server is told, the reader gets `CANCELLED`.
  public func cancel() {}

  /// The one reader's iterator.
  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// Takes the messages in order; nil after an OK status, throws any other status.
  public struct Iterator: AsyncIteratorProtocol {
    let stream: ClientResponseStream

    /// The next message.
    public mutating func next() async throws(Status) -> ByteBuffer? { nil }

    /// The next message.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Status)
      -> ByteBuffer?
    { nil }
  }
}
