public import NIOCore

/// Where a caller comes from, as limits count it: an IPv4 address, or the first half of an IPv6
/// address, whose second half one site gives itself at will (RFC 4291 §2.5.1).
public struct CallerNetwork: Hashable, Sendable {
  // Zero for what has no address, as a Unix socket.
  private var prefix: UInt64 = 0
  private var isVersion4 = false

  // Where Linux has the address in `sockaddr_in` and in `sockaddr_in6`.
  private static let (version4Offset, version6Offset) = (4, 8)

  /// The network of an address; all that have none share one.
  public init(_ address: SocketAddress?) {
    switch address {
    case .v4(let address)?:
      isVersion4 = true
      prefix = withUnsafeBytes(of: address.address) {
        UInt64($0.loadUnaligned(fromByteOffset: Self.version4Offset, as: UInt32.self))
      }
    case .v6(let address)?:
      withUnsafeBytes(of: address.address) {
        let offset = Self.version6Offset
        self.take(
          $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
          $0.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      }
    default: break
    }
  }

  private mutating func take(_ first: UInt64, _ second: UInt64) {
    // RFC 4291 §2.5.5.2: an IPv4 address on a socket for both versions.
    isVersion4 = first == 0 && UInt64(bigEndian: second) >> 32 == 0xFFFF
    prefix = isVersion4 ? second >> 32 : first
  }
}
