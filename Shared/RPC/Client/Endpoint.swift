import NIOCore

/// One address of a server, and a pool's connections to it.
///
/// Confined to the event loop of its pool (hence unchecked).
final class Endpoint: @unchecked Sendable {
  /// Whether a connect is under way.
  enum Connecting {
    case no
    /// TCP or TLS is being opened, or the server's settings are awaited on the connection.
    case yes(ClientConnection?)
  }

  let address: SocketAddress
  var connecting = Connecting.no
  var connections: [ClientConnection] = []
  var backoff: Backoff
  private var next = 0

  init(address: SocketAddress, limits: Limits) {
    self.address = address
    backoff = Backoff(limits: limits)
  }

  var isConnecting: Bool { if case .yes = connecting { true } else { false } }

  /// The next connection in turn with room for a call.
  func connectionWithRoom() -> ClientConnection? {
    for _ in connections.indices {
      next = (next + 1) % connections.count
      if connections[next].hasRoom { return connections[next] }
    }
    return nil
  }
}
