/// Takes the responses of a call that has a stream of them.
public protocol ResponseWriter<Response>: Sendable {
  /// What is written.
  associatedtype Response: Message

  /// Sends one response; suspends while the peer is slow, throws when the call is over.
  func write(_ response: Response) async throws
}

/// Takes the requests of a call that has a stream of them.
public protocol RequestWriter<Request>: Sendable {
  /// What is written.
  associatedtype Request: Message

  /// Sends one request; suspends while the peer is slow, throws when the call is over. Why it is
  /// over is told where the responses are read.
  func write(_ request: Request) async throws

  /// Says that no request follows. Saying it again changes nothing.
  func finish()
}
