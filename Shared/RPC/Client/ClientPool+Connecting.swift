import Logging
import NIOCore

/// Connecting.
extension ClientPool {
  /// Calls wait: does whatever can be done for them now, and comes back when more can be done.
  ///
  /// Called after every event that may matter to them: a failed connect, a lost connection, a
  /// look-up, a call that came.
  func review() {
    guard !waiting.isEmpty, !isClosed else { return }
    if resolvedAt == nil, now >= resolveBackoff.notBeforeNanoseconds { resolve() }
    connectMissing()
    if !isConnecting, let endpoint = leastConnected() { connect(endpoint) }
    guard !isResolving, !isConnecting else { return }
    if endpoints.allSatisfy(\.connections.isEmpty) {
      failWaiting("no connection to \(connector.target.authority): \(lastFailure)")
    }
    if !waiting.isEmpty { reviewLater() }
  }

  /// Connects to addresses that have no connection, so that they get their share of the calls.
  func connectMissing() {
    for endpoint in endpoints where endpoint.connections.isEmpty && mayConnect(endpoint) {
      connect(endpoint)
    }
  }

  private var isConnecting: Bool { endpoints.contains(where: \.isConnecting) }

  private func mayConnect(_ endpoint: Endpoint) -> Bool {
    !endpoint.isConnecting && now >= endpoint.backoff.notBeforeNanoseconds
  }

  /// Every connection is full: the address with the fewest that may get one more.
  private func leastConnected() -> Endpoint? {
    endpoints.filter {
      !$0.connections.isEmpty && $0.connections.count < maximumConnections && mayConnect($0)
    }.min { $0.connections.count < $1.connections.count }
  }

  /// Calls still wait, for a connection that cannot be tried yet or for room: looks again when the
  /// next pause is over. A connection with room again pumps by itself.
  private func reviewLater() {
    guard retryTimer == nil else { return }
    var pauses = endpoints.filter { $0.connections.count < maximumConnections }
      .map(\.backoff.notBeforeNanoseconds)
    if endpoints.isEmpty { pauses.append(resolveBackoff.notBeforeNanoseconds) }
    guard let next = pauses.min() else { return }
    retryTimer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(now, next)))) {
      self.retryTimer = nil
      self.review()
    }
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
    review()
  }

  /// The server's settings are here.
  func becameReady(_ connection: ClientConnection) {
    guard let endpoint = endpoint(connecting: connection) else {
      // Its address is not in use any more.
      return connection.retire()
    }
    endpoint.connecting = .no
    endpoint.backoff.succeeded()
    endpoint.connections.append(connection)
    pump()
  }

  /// A connection takes no further calls; those on it end there.
  func retired(_ connection: ClientConnection) {
    guard let endpoint = endpoint(of: connection) else { return }
    endpoint.connections.removeAll { $0 === connection }
    ending.append(connection)
    review()
  }

  /// A connection is gone.
  func ended(_ connection: ClientConnection) {
    ending.removeAll { $0 === connection }
    if let endpoint = endpoint(of: connection) {
      endpoint.connections.removeAll { $0 === connection }
      resolveAgain()
    }
    if let endpoint = endpoint(connecting: connection) {
      connectFailed(
        endpoint,
        connection.endReason ?? "the server closed the connection before its HTTP/2 settings")
    }
    review()
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
    guard !isResolving else { return }
    isResolving = true
    connector.resolve().whenComplete { self.resolved($0) }
  }

  /// A connection failed: the server may have moved. Not asked too often.
  private func resolveAgain() {
    guard let last = resolvedAt, !connector.target.isKnown, !isClosed,
      now - last >= Int64(connector.limits.resolveAgainMilliseconds) * 1_000_000
    else { return }
    resolve()
  }

  private func resolved(_ result: Result<[SocketAddress], any Error>) {
    isResolving = false
    switch result {
    case .success(let addresses) where !addresses.isEmpty:
      resolvedAt = now
      resolveBackoff.succeeded()
      use(addresses)
    case .success: resolveFailed("it has no address")
    case .failure(let error): resolveFailed("\(error)")
    }
    review()
  }

  /// Old addresses are better than none.
  private func resolveFailed(_ reason: String) {
    if !endpoints.isEmpty { resolvedAt = now }
    resolveBackoff.failed(atNanoseconds: now, random: .random(in: 0..<1))
    lastFailure = reason
  }

  private func use(_ addresses: [SocketAddress]) {
    let gone = endpoints.filter { !addresses.contains($0.address) }
    endpoints = addresses.map { address in
      endpoints.first { $0.address == address }
        ?? Endpoint(address: address, limits: connector.limits)
    }
    for connection in gone.flatMap(\.connections) {
      ending.append(connection)
      connection.retire()
    }
  }
}
