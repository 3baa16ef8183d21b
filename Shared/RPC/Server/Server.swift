import Logging
public import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A gRPC server over HTTP/2, with TLS or without.
public final class Server: Sendable {
  private struct Running {
    let listener: any Channel
    let credentialCheck: RepeatedTask?
  }

  private let configuration: ServerConfiguration
  private let group: any EventLoopGroup
  private let routes: Routes
  private let running = Mutex<Running?>(nil)
  private let credentials = Mutex<Credentials?>(nil)
  private let connections: ServerConnections

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
    var configuration = configuration
    // A method's own limit would be of no use on a connection that holds less.
    let longest = max(
      configuration.limits.messageBytes, configuration.messageBytesByPath.values.max() ?? 0)
    configuration.limits.connectionRequestBytes = max(
      configuration.limits.connectionRequestBytes, longest + Limits.Fixed.requestSlackBytes)
    self.configuration = configuration
    self.group = group
    routes = Routes(configuration, lookup: lookup)
    connections = ServerConnections(limits: configuration.limits)
  }

  /// Starts to listen and returns the address with the real port. Throws what the system says when
  /// the address can't be used, and ``TLSFileError`` for certificates and keys.
  public func start() async throws -> SocketAddress {
    let credentials = try configuration.tls.map { [logger = configuration.logger] tls in
      try Credentials(files: tls.files, logger: logger) { try tls.makeContext() }
    }
    let limits = configuration.limits
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Limits.Fixed.acceptBacklog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(low: limits.socketLowMarkBytes, high: limits.socketHighMarkBytes)
      )
      // One piece at a time: what a flood sends is worked off between the calls of all others.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(
          minimum: Limits.Fixed.leastReadBytes, initial: Limits.Fixed.leastReadBytes,
          maximum: limits.socketReadBytes)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.accept(channel, credentials) }
      }
      .bind(host: configuration.host, port: configuration.port).get()
    guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
    self.credentials.withLock { $0 = credentials }
    running.withLock {
      $0 = Running(listener: channel, credentialCheck: credentials.map(watch))
    }
    return address
  }

  /// Reads certificates and keys again, for the connections from now on. Files that can't be used
  /// change nothing; the log says why.
  public func reloadCredentials() { credentials.withLock { $0 }?.reload() }

  private func accept(_ channel: any Channel, _ credentials: Credentials?) throws {
    let connection = ServerConnection(
      limits: configuration.limits, isSecured: credentials != nil, channel: channel,
      logger: configuration.logger, routes: routes, connections: connections,
      details: configuration.details)
    let arrival = connections.insert(connection)
    if arrival == .refused {
      configuration.logger.debug("refusing a connection: too many")
      throw ChannelError.operationUnsupported
    }
    do {
      if arrival == .waits { try connection.waitForItsTurn(channel) }
      let pipeline = channel.pipeline.syncOperations
      if let credentials {
        try pipeline.addHandler(NIOSSLServerHandler(context: credentials.context))
      }
      try pipeline.addHandler(connection)
    } catch {
      connections.remove(connection)
      throw error
    }
  }

  /// Looks at the files now and then. Reading them may take a disk's time: not on an event loop.
  private func watch(_ credentials: Credentials) -> RepeatedTask {
    let period = TimeAmount.milliseconds(Int64(configuration.limits.credentialCheckMilliseconds))
    return group.any().scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      NIOThreadPool.singleton.submit { state in
        if state == .active { credentials.reloadIfChanged() }
      }
    }
  }

  /// Stops taking connections and calls, lets the running calls end, and closes.
  ///
  /// Calls still running after the grace are cancelled and answered `UNAVAILABLE`.
  public func shutdown(graceMilliseconds: Int64) async {
    if let running = running.withLock({ $0.take() }) {
      running.credentialCheck?.cancel()
      do {
        try await running.listener.close()
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
