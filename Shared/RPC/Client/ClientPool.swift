import Logging
import NIOCore
import NIOPosix

/// The connections of a channel for one sort of calls, and the calls that wait for one.
///
/// Connects when a call needs it. While a connect is under way calls wait; after a failed one they
/// fail at once with `UNAVAILABLE` until the backoff's pause is over. Confined to one event loop
/// (hence unchecked).
final class ClientPool: @unchecked Sendable {
  /// Whether a connect is under way.
  private enum Connecting {
    case no
    /// TCP is being opened, or the server's settings are awaited on the connection.
    case yes(ClientConnection?)
  }

  private let host: String
  private let port: Int
  private let limits: Limits
  private let logger: Logger
  private let eventLoop: any EventLoop
  private let maximumConnections: Int

  private var connections: [ClientConnection] = []
  private var retired: [ClientConnection] = []
  private var connecting = Connecting.no
  private var backoff = Backoff()
  private var lastFailure = ""
  private var waiting = CircularBuffer<ClientStream>()
  private var isClosed = false
  private var isPumping = false

  init(
    host: String, port: Int, configuration: ClientConfiguration, eventLoop: any EventLoop,
    maximumConnections: Int
  ) {
    self.host = host
    self.port = port
    limits = configuration.limits
    logger = configuration.logger
    self.eventLoop = eventLoop
    self.maximumConnections = maximumConnections
  }

  /// Takes a call: sends it, queues it, or ends it.
  func enqueue(_ call: ClientStream) {
    guard !isClosed else {
      call.finish(Status(code: .unavailable, message: "the channel is closed"))
      return
    }
    if waiting.isEmpty, let connection = connections.first(where: \.hasRoom) {
      connection.open(call)
      return
    }
    guard waiting.count < Limits.Buffer.queuedCalls else {
      call.finish(Status(code: .resourceExhausted, message: "too many calls wait for \(name)"))
      return
    }
    waiting.append(call)
    connectIfNeeded()
  }

  /// Takes a call out of the queue.
  func withdraw(_ call: ClientStream) { waiting.removeAll { $0 === call } }

  /// Sends waiting calls as far as there is room.
  func pump() {
    guard !isPumping, !waiting.isEmpty else { return }
    isPumping = true
    defer { isPumping = false }
    while !waiting.isEmpty, let connection = connections.first(where: \.hasRoom) {
      connection.open(waiting.removeFirst())
    }
    connectIfNeeded()
  }

  /// Ends every call and connection; the future comes when the sockets are closed.
  func close() -> EventLoopFuture<Void> {
    isClosed = true
    failWaiting("the channel is closed")
    var all = connections + retired
    if case .yes(let connection?) = connecting { all.append(connection) }
    for connection in all { connection.terminate(.noError, reason: "the channel is closed") }
    return .andAllComplete(all.compactMap(\.closeFuture), on: eventLoop)
  }

  private var name: String { "\(host):\(port)" }

  private func failWaiting(_ reason: String) {
    while let call = waiting.popFirst() {
      call.finish(Status(code: .unavailable, message: reason))
    }
  }
}

/// Connecting.
extension ClientPool {
  private func connectIfNeeded() {
    guard !waiting.isEmpty, !isClosed, case .no = connecting,
      connections.count < maximumConnections
    else { return }
    if Connection.now < backoff.notBeforeNanoseconds {
      // With a connection left the calls wait for room on it.
      if connections.isEmpty { failWaiting("no connection to \(name): \(lastFailure)") }
      return
    }
    connect()
  }

  private func connect() {
    connecting = .yes(nil)
    let (limits, logger) = (limits, logger)
    let authority = host.contains(":") ? "[\(host)]:\(port)" : name
    ClientBootstrap(group: eventLoop)
      .connectTimeout(.milliseconds(Limits.Time.connectMilliseconds))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(
        .writeBufferWaterMark,
        value: .init(
          low: Limits.Buffer.socketLowMarkBytes, high: Limits.Buffer.socketHighMarkBytes)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ClientConnection(
              limits: limits, authority: authority, eventLoop: channel.eventLoop, logger: logger))
        }
      }
      .connect(host: host, port: port)
      .whenComplete { result in self.connected(result) }
  }

  private func connected(_ result: Result<any Channel, any Error>) {
    do {
      let channel = try result.get()
      let connection = try channel.pipeline.syncOperations.handler(type: ClientConnection.self)
      connecting = .yes(connection)
      connection.pool = self
      if isClosed { connection.closeNow() }
      // Both may have come before the pool was told of the connection.
      if connection.isReady { becameReady(connection) }
      if !channel.isActive { ended(connection) }
    } catch {
      connectFailed("\(error)")
    }
  }

  private func connectFailed(_ reason: String) {
    connecting = .no
    lastFailure = reason
    backoff.failed(atNanoseconds: Connection.now, random: .random(in: 0..<1))
    logger.debug("no connection to \(name): \(reason)")
    if connections.isEmpty { failWaiting("no connection to \(name): \(reason)") }
  }

  /// The server's settings are here.
  func becameReady(_ connection: ClientConnection) {
    guard case .yes(let pending) = connecting, pending === connection else { return }
    connecting = .no
    backoff.succeeded()
    connections.append(connection)
    pump()
  }

  /// The server takes no further calls on a connection; those on it end there.
  func retire(_ connection: ClientConnection) {
    guard connections.contains(where: { $0 === connection }) else { return }
    connections.removeAll { $0 === connection }
    retired.append(connection)
    connectIfNeeded()
  }

  /// A connection is gone.
  func ended(_ connection: ClientConnection) {
    connections.removeAll { $0 === connection }
    retired.removeAll { $0 === connection }
    if case .yes(let pending) = connecting, pending === connection {
      connectFailed("the server closed the connection before its HTTP/2 settings")
    }
    connectIfNeeded()
  }
}
