public import NIOCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a channel's server is.
public enum ClientTarget: Sendable {
  /// A host name, looked up when a connection is needed, or an IP address.
  case host(String, port: Int)
  /// These addresses; the name is what TLS checks and `:authority` says.
  case addresses([SocketAddress], name: String)

  /// `host:port`, with brackets around an IPv6 address (RFC 3986 §3.2.2).
  var authority: String {
    switch self {
    case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .addresses(_, let name): name
    }
  }

  /// The name that a certificate must have; nil for an IP address, which is checked as such.
  var serverName: String? {
    let name: String
    switch self {
    case .host(let host, _): name = host
    case .addresses(_, let given): name = given
    }
    return (try? SocketAddress(ipAddress: name, port: 0)) == nil ? name : nil
  }

  /// Looks the name up; blocks while the system asks its name servers.
  func resolve() throws -> [SocketAddress] {
    switch self {
    case .addresses(let addresses, _): return addresses
    case .host(let host, let port):
      if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
      return try Self.lookUp(host, port)
    }
  }

  /// Whether ``resolve()`` can be called on an event loop.
  var isKnown: Bool {
    switch self {
    case .addresses: true
    case .host(let host, let port): (try? SocketAddress(ipAddress: host, port: port)) != nil
    }
  }

  private static func lookUp(_ host: String, _ port: Int) throws -> [SocketAddress] {
    var hints = addrinfo()
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(host, String(port), &hints, &list)
    guard result == 0 else {
      throw UnknownHost(name: host, reason: String(cString: gai_strerror(result)))
    }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let current = entry {
      if let address = address(of: current.pointee), !addresses.contains(address) {
        addresses.append(address)
      }
      entry = current.pointee.ai_next
    }
    return addresses
  }

  private static func address(of entry: addrinfo) -> SocketAddress? {
    guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
    return switch entry.ai_family {
    case AF_INET: SocketAddress(raw.load(as: sockaddr_in.self))
    case AF_INET6: SocketAddress(raw.load(as: sockaddr_in6.self))
    default: nil
    }
  }
}

/// A host name that nobody knows.
struct UnknownHost: Error, CustomStringConvertible {
  let name: String
  let reason: String

  var description: String { "the host \(name) is not known: \(reason)" }
}
