import Logging
import NIOCore

/// Connecting.
extension ClientPool {
  /// Calls wait: looks the server up, connects to addresses without a connection, or opens one more
  /// where the server's stream limit is used up.
  func connectIfNeeded() {
    guard !waiting.isEmpty, !isClosed else { return }
    switch resolving {
    case .now: return
    case .never, .failed:
      return now < resolveBackoff.notBeforeNanoseconds ? failIfHopeless() : resolve()
    case .done: break
    }
    connectMissing()
    if !endpoints.contains(where: \.isConnecting), let endpoint = leastConnected() {
      connect(endpoint)
    }
    failIfHopeless()
  }

  /// Connects to addresses that have no connection, so that they get their share of the calls.
  func connectMissing() {
    for endpoint in endpoints
    where endpoint.connections.isEmpty && !endpoint.isConnecting
      && now >= endpoint.backoff.notBeforeNanoseconds
    {
      connect(endpoint)
    }
  }

  /// Every connection is full: the address with the fewest that may get one more.
  private func leastConnected() -> Endpoint? {
    return endpoints.filter {
      !$0.connections.isEmpty && $0.connections.count < maximumConnections
        && now >= $0.backoff.notBeforeNanoseconds
    }.min { $0.connections.count < $1.connections.count }
  }

  private func connect(_ endpoint: Endpoint) {
    endpoint.connecting = .yes(nil)
    connector.connect(to: endpoint.address).whenComplete { self.connected(endpoint, $0) }
  }

  private func connected(_ endpoint: Endpoint, _ result: Result<ClientConnection, any Error>) {
    do {
      let connection = try result.get()
      endpoint.connecting = .yes(connection)
      connection.pool = self
      if isClosed { connection.close(reason: "the channel is closed") }
      // Both may have come before the pool was told of the connection.
      if connection.isReady { becameReady(connection) }
      if connection.closeFuture == nil { ended(connection) }
    } catch {
      connectFailed(endpoint, "\(error)")
    }
  }

  private func connectFailed(_ endpoint: Endpoint, _ reason: String) {
    endpoint.connecting = .no
    lastFailure = reason
    endpoint.backoff.failed(atNanoseconds: now, random: .random(in: 0..<1))
    connector.logger.debug(
      "no connection",
      metadata: ["address": "\(endpoint.address)", "reason": "\(reason)"])
    resolveAgain()
    failIfHopeless()
  }

  /// No connection and none coming: calls learn it, and those that wait for a server make it tried
  /// again when the pause is over.
  private func failIfHopeless() {
    if case .now = resolving { return }
    let isHopeful = endpoints.contains { !$0.connections.isEmpty || $0.isConnecting }
    guard !isHopeful, !isClosed else { return }
    failWaiting("no connection to \(connector.target.authority): \(lastFailure)")
    guard !waiting.isEmpty, retryTimer == nil else { return }
    let next = endpoints.map(\.backoff.notBeforeNanoseconds).min()
    let deadline = max(0, next ?? resolveBackoff.notBeforeNanoseconds)
    retryTimer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(deadline))) {
      self.retryTimer = nil
      self.connectIfNeeded()
    }
  }

  /// The server's settings are here.
  func becameReady(_ connection: ClientConnection) {
    guard let endpoint = endpoint(connecting: connection) else {
      return connection.retire(reason: "the server's address is not in use any more")
    }
    endpoint.connecting = .no
    endpoint.backoff.succeeded()
    endpoint.connections.append(connection)
    pump()
  }

  /// The server takes no further calls on a connection; those on it end there.
  func retire(_ connection: ClientConnection) {
    guard let endpoint = endpoint(of: connection) else { return }
    endpoint.connections.removeAll { $0 === connection }
    retired.append(connection)
    connectIfNeeded()
  }

  /// A connection is gone.
  func ended(_ connection: ClientConnection) {
    retired.removeAll { $0 === connection }
    if let endpoint = endpoint(of: connection) {
      endpoint.connections.removeAll { $0 === connection }
      resolveAgain()
    }
    if let endpoint = endpoint(connecting: connection) {
      connectFailed(
        endpoint,
        connection.endReason ?? "the server closed the connection before its HTTP/2 settings")
    }
    connectIfNeeded()
  }

  private var now: Int64 { Int64(truncatingIfNeeded: eventLoop.now.uptimeNanoseconds) }

  private func endpoint(of connection: ClientConnection) -> Endpoint? {
    endpoints.first { $0.connections.contains { $0 === connection } }
  }

  private func endpoint(connecting connection: ClientConnection) -> Endpoint? {
    endpoints.first { endpoint in
      if case .yes(let pending) = endpoint.connecting { pending === connection } else { false }
    }
  }
}

/// Looking the server up.
extension ClientPool {
  private func resolve() {
    resolving = .now
    connector.resolve().whenComplete { self.resolved($0) }
  }

  /// A connection failed: the server may have moved. Not asked too often.
  private func resolveAgain() {
    guard case .done(let last) = resolving, !connector.target.isKnown, !isClosed,
      now - last >= Int64(connector.limits.resolveAgainMilliseconds) * 1_000_000
    else { return }
    resolve()
  }

  private func resolved(_ result: Result<[SocketAddress], any Error>) {
    do {
      let addresses = try result.get()
      resolving = .done(at: now)
      resolveBackoff.succeeded()
      use(addresses)
      connectIfNeeded()
    } catch {
      // Old addresses are better than none.
      resolving = endpoints.isEmpty ? .failed : .done(at: now)
      resolveBackoff.failed(atNanoseconds: now, random: .random(in: 0..<1))
      lastFailure = "\(error)"
      failIfHopeless()
    }
  }

  private func use(_ addresses: [SocketAddress]) {
    let gone = endpoints.filter { !addresses.contains($0.address) }
    endpoints = addresses.map { address in
      endpoints.first { $0.address == address }
        ?? Endpoint(address: address, limits: connector.limits)
    }
    for connection in gone.flatMap(\.connections) {
      retired.append(connection)
      connection.retire(reason: "the server's address is not in use any more")
    }
  }
}
