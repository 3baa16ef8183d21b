public import NIOCore

/// The responses of a streaming call, for one reader.
///
/// Reading drives flow control: a server is slowed down when nobody reads. Dropping the stream, or
/// cancelling the reading task, cancels the call at the server.
public final class ClientResponseStream: AsyncSequence, Sendable {
  /// One response message.
  public typealias Element = ByteBuffer
  /// How the call failed.
  public typealias Failure = Status

  private let call: ClientStream
  private let buffer: ResponseBuffer

  init(call: ClientStream, buffer: ResponseBuffer) {
    self.call = call
    self.buffer = buffer
  }

  deinit { call.cancel(ClientChannel.cancelled) }

  /// Waits for the response headers; throws the status of a call that failed without any. Empty
  /// when an OK call had none.
  public func initialMetadata() async throws(Status) -> Metadata {
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { buffer.waitForHeaders($0) }
    } onCancel: {
      cancel()
    }
    return try outcome.get()
  }

  /// The metadata that came with an OK status, once the stream has ended; a failure carries its own
  /// in ``Status/metadata``.
  public var trailingMetadata: Metadata { buffer.trailingMetadata }

  /// Whether the message taken last was compressed on the wire.
  public var lastWasCompressed: Bool { buffer.inbox.lastWasCompressed }

  /// Gives the call up: the server is told, the reader gets `CANCELLED`.
  public func cancel() { call.cancel(ClientChannel.cancelled) }

  /// The one reader's iterator.
  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// Takes the messages in order; nil after an OK status, throws any other status.
  public struct Iterator: AsyncIteratorProtocol {
    let stream: ClientResponseStream

    /// The next message.
    public mutating func next() async throws(Status) -> ByteBuffer? {
      try await stream.next()
    }

    /// The next message.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(Status) -> ByteBuffer? {
      try await stream.next()
    }
  }

  private func next() async throws(Status) -> ByteBuffer? {
    let call = call
    return try await buffer.inbox.next(
      releaseWindow: { call.releaseWindow() },
      onCancel: { call.cancel(ClientChannel.cancelled) })?.bytes
  }
}
