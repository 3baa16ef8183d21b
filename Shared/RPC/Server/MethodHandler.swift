public import NIOCore

/// What answers one method: message bytes in, message bytes out.
///
/// A handler starts in place on the connection's event loop and stays there unless it awaits
/// something elsewhere: it must not block. It refuses a call by throwing a ``Status``; any other
/// error is answered as `UNKNOWN` without its text.
///
/// On the wire every kind is some request messages and some response messages, so a proxy that does
/// not know a method's kind may use `relay` for one request, or `bidirectional` for all.
public enum MethodHandler: Sendable {
  /// One request, one response.
  case unary(@Sendable (_ request: ByteBuffer, _ context: CallContext) async throws -> ByteBuffer)
  /// One request, any number of responses.
  case serverStreaming(
    @Sendable (_ request: ByteBuffer, _ context: CallContext, _ responses: ResponseWriter)
      async throws -> Void)
  /// Any number of requests, one response. The handler starts with the headers.
  case clientStreaming(
    @Sendable (_ requests: RequestStream, _ context: CallContext) async throws -> ByteBuffer)
  /// Any number of requests and of responses, in any order. The handler starts with the headers.
  case bidirectional(
    @Sendable (_ requests: RequestStream, _ context: CallContext, _ responses: ResponseWriter)
      async throws -> Void)
  /// One request that is passed on to another server as it is, with whatever comes back. It is decided
  /// at once, on the event loop of the connection; nothing of it runs in a task, so that a proxy
  /// costs little more than its two connections.
  case relay(@Sendable (_ context: CallContext) -> RelayDecision)

  /// Whether the handler reads its requests from a stream.
  var streamsRequests: Bool {
    switch self {
    case .unary, .serverStreaming, .relay: false
    case .clientStreaming, .bidirectional: true
    }
  }
}

/// Stands between the runtime and the handlers: sees every call, may refuse it, answer it itself,
/// or change what passes.
public protocol ServerInterceptor: Sendable {
  /// What answers a path in place of its handler; asked once for a path and connection, not for
  /// each call.
  ///
  /// ```swift
  /// func intercept(_ handler: MethodHandler, path: String) -> MethodHandler {
  ///   guard case .unary(let answer) = handler else { return handler }
  ///   return .unary { request, context in
  ///     try check(context.metadata)
  ///     return try await answer(request, context)
  ///   }
  /// }
  /// ```
  func intercept(_ handler: MethodHandler, path: String) -> MethodHandler
}
