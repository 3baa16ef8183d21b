import Logging
import NIOCore

/// A connection of a server: takes calls and starts their handlers.
final class ServerConnection: Connection, @unchecked Sendable {
  let executor: EventLoopTaskExecutor
  let peerAddress: SocketAddress?
  /// Bytes of incomplete requests held by all streams.
  var heldRequestBytes = 0
  /// Reads the header block that is being received.
  let headReader: RequestHeadReader

  private let onInactive: (ServerConnection) -> Void
  private var ready: [ServerStream] = []
  private var sweepTimer: Scheduled<Void>?
  private var isShuttingDown = false
  private var hasSaidGoodbye = false

  /// The number of the PING whose answer says that the shutdown notice has arrived.
  private static let drainNumber: UInt64 = 2

  init(
    limits: Limits, channel: any Channel, logger: Logger,
    lookup: @escaping @Sendable (String) -> MethodHandler?,
    onInactive: @escaping (ServerConnection) -> Void
  ) {
    executor = EventLoopTaskExecutor(channel.eventLoop)
    peerAddress = channel.remoteAddress
    headReader = RequestHeadReader(
      maximumListBytes: limits.headerListBytes, routes: RouteCache(lookup: lookup))
    self.onInactive = onInactive
    super.init(side: .server, limits: limits, eventLoop: channel.eventLoop, logger: logger)
  }

  override func acceptStream() -> HTTP2Stream? {
    headReader.begin()
    return ServerStream(connection: self)
  }

  override func finishedReceiving() {
    // Handlers run here and not inside nghttp2's callbacks: they may end streams and submit frames.
    var index = 0
    while index < ready.count {
      ready[index].run()
      index += 1
    }
    ready.removeAll(keepingCapacity: true)
    armSweepIfNeeded()
  }

  override func becameInactive() {
    ready = []
    sweepTimer?.cancel()
    onInactive(self)
  }

  override func pingAnswered(_ number: UInt64) {
    if number == Self.drainNumber { sayGoodbye() }
  }

  /// A request is complete.
  func enqueue(_ stream: ServerStream) { ready.append(stream) }
}

/// Slow peers: header blocks and requests which began and do not end.
extension ServerConnection {
  /// One timer per connection, armed only while streams are open at the end of a read.
  private func armSweepIfNeeded() {
    guard sweepTimer == nil, let session, session.openStreamCount > 0 else { return }
    sweepTimer = eventLoop.scheduleTask(in: .milliseconds(Limits.Time.sweepMilliseconds)) {
      self.sweepTimer = nil
      self.sweep()
    }
  }

  private func sweep() {
    guard let session else { return }
    for case let stream as ServerStream in session.openStreams {
      guard stream.survivesSweep() else {
        logger.debug("closing a connection: a header block does not end")
        closeNow()
        return
      }
    }
    armSweepIfNeeded()
    drain()
  }
}

/// The end of a connection.
extension ServerConnection {
  /// Takes no further calls, lets the running ones end, then closes.
  func shutDown() {
    guard !isShuttingDown, let session else { return }
    isShuttingDown = true
    session.submitShutdownNotice()
    session.ping(Self.drainNumber)
    drain()
    eventLoop.scheduleTask(in: .milliseconds(Limits.Time.drainRoundTripMilliseconds)) {
      self.sayGoodbye()
    }
  }

  private func sayGoodbye() {
    guard !hasSaidGoodbye, let session else { return }
    hasSaidGoodbye = true
    session.submitGoAway(.noError)
    scheduleDrain()
  }

  /// Ends the calls that still run, and the connection.
  func abort() {
    guard let session else { return }
    for case let stream as ServerStream in session.openStreams {
      stream.abort(Status(code: .unavailable, message: "the server is shutting down"))
    }
    drain()
    terminate(.noError, reason: "the server is shutting down")
  }
}
