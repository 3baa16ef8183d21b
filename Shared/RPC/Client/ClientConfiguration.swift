public import Logging

/// How a channel connects and what it takes from a server.
public struct ClientConfiguration: Sendable {
  /// Limits of one connection; see ``Limits``.
  public var limits: Limits
  /// Told of failed connects and of connections closed for a reason (debug).
  public var logger: Logger

  /// A configuration with the limits of ``Limits``.
  public init(limits: Limits = Limits(), logger: Logger = Logger(label: "rpc.client")) {
    self.limits = limits
    self.logger = logger
  }
}
