/// What a caller may say about one call besides its request.
public struct CallOptions: Sendable {
  /// How long the call may take from now, in milliseconds; nil means as long as the channel allows.
  public var timeoutMilliseconds: Int64?
  /// Metadata to send, in order. Names are lower case; the value of a name that ends in `-bin` is
  /// what the channel makes of it.
  public var metadata: [(name: String, value: String)]

  /// Options with the given time-out and metadata.
  public init(
    timeoutMilliseconds: Int64? = nil, metadata: [(name: String, value: String)] = []
  ) {
    self.timeoutMilliseconds = timeoutMilliseconds
    self.metadata = metadata
  }
}

/// Carries the calls of generated clients. ServiceKit implements it over an RPC channel, tests over
/// whatever they like.
public protocol ServiceCaller: Sendable {
  /// Sends one request and returns the response; a status other than OK is thrown.
  func unary<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> Response

  /// Sends one request and returns the responses as they come. It may return before the first one
  /// has arrived; a status other than OK is thrown by the stream.
  func serverStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> ResponseStream<Response>

  /// Opens a call for any number of requests and one response. A status other than OK is thrown
  /// where the response is waited for.
  func clientStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> ClientStreamingCall<Request, Response>

  /// Opens a call for any number of requests and responses. A status other than OK is thrown by the
  /// stream of responses.
  func bidirectionalStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> BidirectionalCall<Request, Response>
}
