/// An open call with any number of requests and one response.
public struct ClientStreamingCall<Request: Message, Response: Message>: Sendable {
  /// Takes the requests.
  public let requests: any RequestWriter<Request>
  private let wait: @Sendable () async throws -> Response

  /// A call of its two directions.
  /// - Parameter response: waits for the response; called at most once.
  public init(
    requests: any RequestWriter<Request>, response: @escaping @Sendable () async throws -> Response
  ) {
    self.requests = requests
    wait = response
  }

  /// Ends the requests and waits for the response; a status other than OK is thrown. To be asked
  /// once.
  ///
  /// A server may answer before it has read every request: when a write throws, this tells what the
  /// server said.
  public func response() async throws -> Response {
    requests.finish()
    return try await wait()
  }
}

/// An open call with any number of requests and responses, each side at its own pace.
public struct BidirectionalCall<Request: Message, Response: Message>: Sendable {
  /// Takes the requests. The server may wait for their end: finish them.
  public let requests: any RequestWriter<Request>
  /// The responses as they come.
  public let responses: ResponseStream<Response>

  /// A call of its two directions.
  public init(requests: any RequestWriter<Request>, responses: ResponseStream<Response>) {
    self.requests = requests
    self.responses = responses
  }
}
