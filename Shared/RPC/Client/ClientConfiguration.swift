public import Logging

/// How a channel connects and what it takes from a server.
public struct ClientConfiguration: Sendable {
  /// Certificates; nil speaks HTTP/2 in the clear.
  public var tls: ClientTLS?
  /// Limits of one connection; see ``Limits``.
  public var limits: Limits
  /// What every call passes, the first one outermost.
  public var interceptors: [any ClientInterceptor] = []
  /// Told of failed connects and of connections closed for a reason (debug).
  public var logger: Logger

  /// A configuration with the limits of ``Limits``.
  public init(
    tls: ClientTLS? = nil, limits: Limits = Limits(),
    logger: Logger = Logger(label: "rpc.client")
  ) {
    self.tls = tls
    self.limits = limits
    self.logger = logger
  }
}
