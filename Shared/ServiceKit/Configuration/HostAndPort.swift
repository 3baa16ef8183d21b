import Values

/// Where a server listens, or can be reached: `{"host": "127.0.0.1", "port": 50051}`.
public struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
  /// A host name or an address.
  public let host: String
  /// 0 to 65,535; 0 takes a free port when listening.
  public let port: Int

  /// An address of its parts.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine is meant: what goes there is on no line that others could read.
  public var isLoopback: Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return ["localhost", "::1"].contains(host)
      || parts.count == 4 && parts.first == 127 && !parts.contains(nil)
  }

  /// For people: `127.0.0.1:50051`.
  public var description: String { "\(host):\(port)" }
}

extension Settings {
  /// The address below a key.
  public func address(_ key: String) -> HostAndPort {
    let section = section(key)
    return HostAndPort(host: section.text("host"), port: Int(section.number("port", 0...65_535)))
  }
}
