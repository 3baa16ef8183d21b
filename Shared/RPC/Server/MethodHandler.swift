public import NIOCore

/// What answers one method: message bytes in, message bytes out.
///
/// A handler starts in place on the connection's event loop and stays there unless it awaits
/// something elsewhere: it must not block. It refuses a call by throwing a ``Status``; any other
/// error is answered as `UNKNOWN` without its text.
///
/// `serverStreaming` also answers a unary method: on the wire both are one request message and some
/// response messages. A proxy that does not know a method's kind uses it for every path.
/// Client and bidirectional streaming are not offered yet.
public enum MethodHandler: Sendable {
  /// One request, one response.
  case unary(@Sendable (_ request: ByteBuffer, _ context: CallContext) async throws -> ByteBuffer)
  /// One request, any number of responses.
  case serverStreaming(
    @Sendable (_ request: ByteBuffer, _ context: CallContext, _ responses: ResponseWriter)
      async throws -> Void)
}
