import Logging
public import NIOCore
import NIOPosix
import Synchronization

/// A gRPC server over plaintext HTTP/2. TLS comes with a later issue.
public final class Server: Sendable {
  private let configuration: ServerConfiguration
  private let group: any EventLoopGroup
  private let lookup: @Sendable (String) -> MethodHandler?
  private let listener = Mutex<(any Channel)?>(nil)
  private let connections = ServerConnections()

  /// Prepares a server; nothing is opened before ``start()``.
  ///
  /// - Parameters:
  ///   - configuration: where to listen, and the limits.
  ///   - group: the event loops that serve the connections and run the handlers.
  ///   - lookup: answers which handler a path (`/package.Service/Method`) has, or nil for
  ///     `UNIMPLEMENTED`. It must answer the same for the same path always: answers are remembered
  ///     per connection.
  public init(
    configuration: ServerConfiguration, group: any EventLoopGroup,
    lookup: @escaping @Sendable (_ path: String) -> MethodHandler?
  ) {
    self.configuration = configuration
    self.group = group
    self.lookup = lookup
  }

  /// Starts to listen and returns the address with the real port. Throws what the system says when
  /// the address can't be used.
  public func start() async throws -> SocketAddress {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Limits.Buffer.acceptBacklog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(
          low: Limits.Buffer.socketLowMarkBytes, high: Limits.Buffer.socketHighMarkBytes)
      )
      .childChannelInitializer { [configuration, lookup, connections] channel in
        channel.eventLoop.makeCompletedFuture {
          let connection = ServerConnection(
            limits: configuration.limits, channel: channel, logger: configuration.logger,
            lookup: lookup, onInactive: { connections.remove($0) })
          guard connections.insert(connection, limit: configuration.limits.connections) else {
            configuration.logger.debug("refusing a connection: too many")
            throw ChannelError.operationUnsupported
          }
          do {
            try channel.pipeline.syncOperations.addHandler(connection)
          } catch {
            connections.remove(connection)
            throw error
          }
        }
      }
      .bind(host: configuration.host, port: configuration.port).get()
    guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
    listener.withLock { $0 = channel }
    return address
  }

  /// Stops taking connections and calls, lets the running calls end, and closes.
  ///
  /// Calls still running after the grace are cancelled and answered `UNAVAILABLE`.
  public func shutdown(graceMilliseconds: Int64) async {
    if let channel = listener.withLock({ listener in
      defer { listener = nil }
      return listener
    }) {
      do {
        try await channel.close()
      } catch {
        // Closed already, which is what was wanted.
        configuration.logger.debug("closing the listener: \(error)")
      }
    }
    connections.takeNoMore()
    connections.forEach { $0.shutDown() }
    let timer = group.any().scheduleTask(in: .milliseconds(graceMilliseconds)) { [connections] in
      connections.forEach { $0.abort() }
    }
    await connections.becomeEmpty()
    timer.cancel()
  }
}

/// The connections a server has, across its event loops.
final class ServerConnections: Sendable {
  private struct State {
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var waiting: [CheckedContinuation<Void, Never>] = []
    var takesMore = true
  }

  private let state = Mutex(State())

  /// Takes a connection in; false when there are as many as may be.
  func insert(_ connection: ServerConnection, limit: Int) -> Bool {
    state.withLock { state in
      guard state.takesMore, state.connections.count < limit else { return false }
      state.connections[ObjectIdentifier(connection)] = connection
      return true
    }
  }

  /// Refuses every connection from now on.
  func takeNoMore() { state.withLock { $0.takesMore = false } }

  func remove(_ connection: ServerConnection) {
    let waiting = state.withLock { state in
      state.connections[ObjectIdentifier(connection)] = nil
      guard state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Runs an action for each, on its event loop.
  func forEach(_ action: @escaping @Sendable (ServerConnection) -> Void) {
    for connection in state.withLock({ Array($0.connections.values) }) {
      connection.eventLoop.execute { action(connection) }
    }
  }

  /// Waits until the last one is gone.
  func becomeEmpty() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isEmpty = state.withLock { state in
        if !state.connections.isEmpty { state.waiting.append(continuation) }
        return state.connections.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
  }
}
