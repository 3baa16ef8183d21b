public import NIOCore

/// Where a streaming handler puts its response messages.
public struct ResponseWriter: Sendable {
  private let stream: ServerStream

  init(stream: ServerStream) { self.stream = stream }

  /// Sends the initial metadata now instead of with the first message, so that the caller learns
  /// that its call was taken up.
  public func sendInitialMetadata() async throws(Status) {
    try await stream.perform { stream throws(Status) in
      try stream.checkWritable()
      stream.startResponses()
      stream.connection.scheduleDrain()
      return true
    }
  }

  /// Sends one message. Suspends while the peer is slow: what waits to be sent stays below
  /// ``Limits/streamOutboundBytes`` plus one message.
  ///
  /// - Parameter compressed: false sends the message as it is even when the call's responses are
  ///   compressed (see ``CallContext/compressResponses()``).
  ///
  /// Throws `CANCELLED` (or `DEADLINE_EXCEEDED`) when nobody waits for the responses any more.
  public func write(_ message: ByteBuffer, compressed: Bool = true) async throws(Status) {
    try await stream.perform { stream throws(Status) in
      try stream.write(message, compressed: compressed)
    }
  }
}
