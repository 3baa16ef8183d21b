/// How a channel connects and what it takes from a server.
public struct ClientConfiguration: Sendable {
  /// Limits of one connection; see ``Limits``.
  public var limits: Limits

  /// A configuration with the limits of ``Limits``.
  public init(limits: Limits = Limits()) { self.limits = limits }
}
