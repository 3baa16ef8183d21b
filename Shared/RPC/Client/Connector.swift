import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Looks a channel's server up and opens connections to it.
///
/// Confined to one event loop (hence unchecked).
final class Connector: @unchecked Sendable {
  let target: ClientTarget
  let limits: Limits
  let logger: Logger
  let eventLoop: any EventLoop
  private let tls: ClientTLS?
  private var credentials: Credentials?

  init(target: ClientTarget, configuration: ClientConfiguration, eventLoop: any EventLoop) {
    self.target = target
    tls = configuration.tls
    limits = configuration.limits
    logger = configuration.logger
    self.eventLoop = eventLoop
  }

  /// The server's addresses, as many as are used.
  func resolve() -> EventLoopFuture<[SocketAddress]> {
    let (target, maximum) = (target, limits.addresses)
    let addresses =
      target.isKnown
      ? eventLoop.makeCompletedFuture { try target.resolve() }
      : NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try target.resolve() }
    return addresses.map { Array($0.prefix(maximum)) }
  }

  /// Opens a connection. It may be used when it says that it is ready.
  func connect(to address: SocketAddress) -> EventLoopFuture<ClientConnection> {
    loadCredentials().flatMap { context in
      self.bootstrap(context).connect(to: address)
    }.flatMapThrowing { channel in
      try channel.pipeline.syncOperations.handler(type: ClientConnection.self)
    }
  }

  private func bootstrap(_ context: NIOSSLContext?) -> ClientBootstrap {
    let (limits, logger) = (limits, logger)
    let authority = target.authority
    let serverName = tls?.serverName ?? target.serverName
    return ClientBootstrap(group: eventLoop)
      .connectTimeout(.milliseconds(Int64(limits.connectMilliseconds)))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(
        .writeBufferWaterMark,
        value: .init(low: limits.socketLowMarkBytes, high: limits.socketHighMarkBytes)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context {
            try pipeline.addHandler(
              NIOSSLClientHandler(context: context, serverHostname: serverName))
          }
          try pipeline.addHandler(
            ClientConnection(
              limits: limits, isSecured: context != nil, authority: authority,
              serverName: serverName, eventLoop: channel.eventLoop, logger: logger))
        }
      }
  }

  /// What this connection uses: files that have changed are read again. Reading may take a disk's
  /// time, so it is done elsewhere.
  private func loadCredentials() -> EventLoopFuture<NIOSSLContext?> {
    guard let tls else { return eventLoop.makeSucceededFuture(nil) }
    let (known, logger) = (credentials, logger)
    return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
      if let known {
        known.reloadIfChanged()
        return known
      }
      return try Credentials(files: tls.files, logger: logger) { try tls.makeContext() }
    }.map { credentials in
      self.credentials = credentials
      return credentials.context
    }
  }
}
