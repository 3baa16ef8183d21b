public import NIOCore

/// A call on its way out, as interceptors see it.
public struct ClientRequest: Sendable {
  /// `/package.Service/Method`.
  public let path: String
  /// How the call is made; an interceptor may change it.
  public var options: ClientCallOptions

  /// A request of its parts.
  public init(path: String, options: ClientCallOptions) {
    self.path = path
    self.options = options
  }
}

/// Stands between a channel and its callers: sees every call, may change it, answer it itself, or
/// refuse it. By default a call passes.
public protocol ClientInterceptor: Sendable {
  /// A unary call with its message. `next` sends it on; it may be called never, or again.
  func unary(
    _ request: ClientRequest, _ message: ByteBuffer,
    next: @Sendable (ClientRequest, ByteBuffer) async throws(Status) -> UnaryResponse
  ) async throws(Status) -> UnaryResponse

  /// A call of any other kind, before its first message. `next` starts it.
  func streaming(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(Status) -> ClientStreamingCall
  ) async throws(Status) -> ClientStreamingCall
}

extension ClientInterceptor {
  /// Lets the call pass.
  public func unary(
    _ request: ClientRequest, _ message: ByteBuffer,
    next: @Sendable (ClientRequest, ByteBuffer) async throws(Status) -> UnaryResponse
  ) async throws(Status) -> UnaryResponse {
    try await next(request, message)
  }

  /// Lets the call pass.
  public func streaming(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(Status) -> ClientStreamingCall
  ) async throws(Status) -> ClientStreamingCall {
    try await next(request)
  }
}
