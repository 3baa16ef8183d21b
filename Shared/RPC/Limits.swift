/// Every bound of this module, in one place, each with its reason.
///
/// The fields are what a deployment may set; the constants are what nobody needs to.
public struct Limits: Hashable, Sendable {
  /// The limits in their defaults.
  public init() {}

  /// Calls at the same time on one connection (SETTINGS_MAX_CONCURRENT_STREAMS). 100 is what RFC 9113
  /// recommends as the least, and enough for one client; internal servers may grant 1,000.
  public var concurrentStreams = 100
  /// The longest message accepted, in bytes: 4 MiB, gRPC's usual default.
  public var messageBytes = 4 << 20
  /// The largest list of headers accepted, in bytes as RFC 9113 §6.5.2 counts them: 8 KiB, gRPC's
  /// usual default.
  public var headerListBytes = 8 << 10
  /// Connections a server holds at the same time.
  public var connections = 10_000

  /// Bounds of one stream.
  public enum Stream {
    /// Response bytes that may wait before a writer suspends.
    public static let outboundBytes = 64 << 10
  }
}
