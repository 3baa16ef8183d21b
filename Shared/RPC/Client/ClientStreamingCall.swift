public import NIOCore

/// A running call whose requests are a stream: client streaming, or both ways.
public struct ClientStreamingCall: Sendable {
  /// Where the requests go.
  public let requests: RequestWriter
  /// Where the responses come from; dropping it cancels the call.
  public let responses: ClientResponseStream

  /// Says that there is no further request, and waits for the one response of a client-streaming
  /// method.
  public func finish() async throws(Status) -> UnaryResponse {
    requests.finish()
    let initialMetadata = try await responses.initialMetadata()
    var messages = responses.makeAsyncIterator()
    guard let message = try await messages.next() else {
      throw Status(
        code: .unimplemented, message: "the method must answer one message, there is none")
    }
    let wasCompressed = responses.lastWasCompressed
    guard try await messages.next() == nil else {
      throw Status(
        code: .unimplemented, message: "the method must answer one message, there are more")
    }
    var response = UnaryResponse(
      message: message, initialMetadata: initialMetadata,
      trailingMetadata: responses.trailingMetadata)
    response.wasCompressed = wasCompressed
    return response
  }
}

/// Where the caller of a streaming method puts its request messages.
public struct RequestWriter: Sendable {
  private let stream: ClientStream

  init(stream: ClientStream) { self.stream = stream }

  /// Sends one message. Suspends while the server is slow: what waits to be sent stays below
  /// ``Limits/streamOutboundBytes`` plus one message.
  ///
  /// - Parameter compressed: false sends the message as it is even when the call's requests are
  ///   compressed (see ``ClientCallOptions/encoding``).
  ///
  /// Throws `CANCELLED` when the call has ended; its status comes with the responses.
  public func write(_ message: ByteBuffer, compressed: Bool = true) async throws(Status) {
    try await stream.perform { stream throws(Status) in
      try stream.write(message, compressed: compressed)
    }
  }

  /// There is no further request. Calling it again changes nothing.
  public func finish() { stream.onLoop { $0.finishRequests() } }
}
