public import NIOCore

/// A gRPC server over plaintext HTTP/2.
public final class Server: Sendable {
  /// Prepares a server; nothing is opened before ``start()``.
  ///
  /// - Parameter lookup: answers which handler a path (`/package.Service/Method`) has, or nil for
  ///   `UNIMPLEMENTED`. It must answer the same for the same path always: answers are remembered per
  ///   connection.
  public init(
    configuration: ServerConfiguration, group: any EventLoopGroup,
    lookup: @escaping @Sendable (_ path: String) -> MethodHandler?
  ) {}

  /// Starts to listen and returns the address with the real port.
  public func start() async throws -> SocketAddress { fatalError("skeleton") }

  /// Stops taking connections and calls, lets the running calls end, and closes.
  ///
  /// Calls still running after the grace are cancelled and answered `UNAVAILABLE`.
  public func shutdown(graceMilliseconds: Int64) async {}
}
