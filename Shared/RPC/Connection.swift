import Logging
import NIOCore

/// One HTTP/2 connection on an event loop: feeds what is read into the session and drains what the
/// session wants to say. What a server and a client do beside that are its two subclasses.
///
/// Confined to its channel's event loop (hence unchecked).
class Connection: ChannelInboundHandler, HTTP2SessionDelegate, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  final let side: HTTP2Session.Side
  final let limits: Limits
  final let eventLoop: any EventLoop
  final let logger: Logger
  /// Nil before the channel is active and after the connection is gone.
  final private(set) var session: HTTP2Session?

  private var context: ChannelHandlerContext?
  private var outbound = ByteBuffer()
  private var floodGuard: FloodGuard
  private var isReading = false
  private var isDraining = false
  private var isDrainScheduled = false
  private var isTerminated = false
  private var hasSettings = false
  private var hasHeardSincePing = true
  private var isPingOutstanding = false
  private var stalledTimer: Scheduled<Void>?
  private var prefaceTimer: Scheduled<Void>?
  private var keepAliveTimer: RepeatedTask?

  /// The number our keep-alive PINGs carry.
  private static let keepAliveNumber: UInt64 = 1

  init(side: HTTP2Session.Side, limits: Limits, eventLoop: any EventLoop, logger: Logger) {
    self.side = side
    self.limits = limits
    self.eventLoop = eventLoop
    self.logger = logger
    floodGuard = FloodGuard(limits: limits, nowNanoseconds: Self.now)
  }

  // MARK: for the subclasses

  /// The peer's first SETTINGS frame is here.
  func becameReady() {}
  /// Everything of one read has been fed to the session; frames may be submitted, calls started.
  func finishedReceiving() {}
  /// The connection is gone; every stream has been closed.
  func becameInactive() {}
  /// The peer opens a stream.
  func acceptStream() -> HTTP2Stream? { nil }
  /// The peer answered a PING of a subclass.
  func pingAnswered(_ number: UInt64) {}
  /// The peer opens no further streams for us, or ends the connection.
  func receivedGoAway(_ code: HTTP2ErrorCode) {}

  /// Frames were submitted: drains now, at the end of the running read, or in the loop's next turn,
  /// so that what belongs together leaves in one write.
  final func scheduleDrain() {
    guard !isReading, !isDrainScheduled, !isDraining else { return }
    isDrainScheduled = true
    eventLoop.execute { self.drain() }
  }

  /// A stream is about to send data; see ``FloodGuard/recordAnswers(_:)``.
  final func recordAnswer() { floodGuard.recordAnswers(1) }

  /// Ends the connection in the protocol's way, with a GOAWAY.
  final func terminate(_ code: HTTP2ErrorCode, reason: String) {
    guard !isTerminated, let session else { return }
    isTerminated = true
    logger.debug("ending a connection: \(reason)")
    session.terminate(code)
    scheduleDrain()
  }

  /// Closes the socket at once.
  final func closeNow() { context?.close(promise: nil) }

  /// Comes when the socket is closed; nil when it already is.
  final var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

  static var now: Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }
}

/// The channel's events.
extension Connection {
  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { start() }
  }

  func channelActive(context: ChannelHandlerContext) { start() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let session, !isTerminated else { return }
    isReading = true
    hasHeardSincePing = true
    let buffer = unwrapInboundIn(data)
    do {
      try buffer.withUnsafeReadableBytes { bytes in try session.receive(bytes) }
    } catch {
      // Every error here is a fatal one: nghttp2 says lesser things to the peer by itself.
      logger.debug("closing a connection: \(error)")
      closeNow()
      return
    }
    finishedReceiving()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    drain()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      stalledTimer?.cancel()
      stalledTimer = nil
      drain()
    } else if stalledTimer == nil {
      stalledTimer = eventLoop.scheduleTask(
        in: .milliseconds(Limits.Time.stalledWriteMilliseconds)
      ) {
        self.logger.debug("closing a connection: the peer takes nothing")
        self.closeNow()
      }
    }
  }

  // Not channelInactive: a channel that was never active ends without it.
  func handlerRemoved(context: ChannelHandlerContext) {
    stalledTimer?.cancel()
    prefaceTimer?.cancel()
    keepAliveTimer?.cancel()
    let session = session
    self.session = nil
    session?.closeAllStreams(.cancel)
    becameInactive()
    self.context = nil
    outbound = ByteBuffer()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    logger.debug("closing a connection: \(error)")
    context.close(promise: nil)
  }

  private func start() {
    guard session == nil else { return }
    let settings = HTTP2Settings(
      maximumConcurrentStreams: limits.concurrentStreams,
      maximumHeaderListBytes: limits.headerListBytes,
      streamWindowBytes: limits.streamWindowBytes,
      connectionWindowBytes: limits.connectionWindowBytes,
      maximumContinuations: Limits.Flood.continuations,
      maximumOutboundAcknowledgements: Limits.Buffer.outboundFrames)
    do {
      session = try HTTP2Session(side: side, settings: settings, delegate: self)
    } catch {
      logger.error("no HTTP/2 session could be made: \(error)")
      closeNow()
      return
    }
    prefaceTimer = eventLoop.scheduleTask(in: .milliseconds(Limits.Time.prefaceMilliseconds)) {
      self.logger.debug("closing a connection: no HTTP/2 preface in time")
      self.closeNow()
    }
    let period = TimeAmount.milliseconds(Limits.Time.keepAliveMilliseconds)
    keepAliveTimer = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      self.keepAlive()
    }
    drain()
  }

  /// A half-open connection would hold a watch for ever: ask for a sign of life.
  private func keepAlive() {
    guard let session, session.openStreamCount > 0 else {
      isPingOutstanding = false
      return
    }
    if hasHeardSincePing {
      isPingOutstanding = false
      hasHeardSincePing = false
    } else if isPingOutstanding {
      logger.debug("closing a connection: the peer is silent")
      closeNow()
    } else {
      isPingOutstanding = true
      session.ping(Self.keepAliveNumber)
      drain()
    }
  }
}

/// Draining.
extension Connection {
  /// Writes what the session wants to say, as long as the channel takes it.
  final func drain() {
    guard let session, let context, !isDraining else { return }
    isDrainScheduled = false
    isDraining = true
    defer { isDraining = false }
    do {
      while context.channel.isWritable, try gather(session) {
        context.writeAndFlush(wrapOutboundOut(outbound), promise: nil)
      }
    } catch {
      logger.debug("closing a connection: \(error)")
      closeNow()
      return
    }
    // An idle connection keeps no large buffer.
    if session.openStreamCount == 0, outbound.storageCapacity > Limits.Buffer.socketWriteBytes / 4 {
      outbound = ByteBuffer()
    }
    if session.outboundQueueCount > Limits.Buffer.outboundFrames {
      logger.debug("closing a connection: the peer makes us queue frames and takes none")
      closeNow()
    } else if !session.wantsRead, !session.wantsWrite {
      closeAfterWriting(context)
    }
  }

  /// Fills the buffer with frames; false when there is none. The buffer's memory is used again once
  /// the socket has taken it.
  private func gather(_ session: HTTP2Session) throws -> Bool {
    // Filled outside the property, so that each frame costs no exclusive access to it.
    var buffer = ByteBuffer()
    swap(&buffer, &outbound)
    defer { swap(&buffer, &outbound) }
    buffer.clear()
    while buffer.readableBytes < Limits.Buffer.socketWriteBytes,
      let bytes = try session.nextOutbound()
    {
      buffer.writeBytes(bytes)
    }
    return buffer.readableBytes > 0
  }

  private func closeAfterWriting(_ context: ChannelHandlerContext) {
    isTerminated = true
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in self.closeNow() }
  }
}

/// What happens beside the streams.
extension Connection {
  final func received(_ event: HTTP2Event) {
    switch event {
    case .settings:
      if !hasSettings {
        hasSettings = true
        prefaceTimer?.cancel()
        prefaceTimer = nil
        becameReady()
      } else {
        count(.controlFrame)
      }
    case .ping, .unusedFrame, .emptyData: count(.controlFrame)
    case .resetReceived:
      // To a client a reset is an answer, not an attack.
      if side == .server { count(.reset) }
    case .invalidFrame: count(.glitch)
    case .resetSent(let code):
      // These three are our own decisions, not the peer's fault.
      if code != .noError, code != .cancel, code != .refusedStream { count(.glitch) }
    case .pingAcknowledged(let number):
      if number != Self.keepAliveNumber { pingAnswered(number) }
    case .goAway(_, let code): receivedGoAway(code)
    }
  }

  private func count(_ event: FloodGuard.Event) {
    if !floodGuard.record(event, atNanoseconds: Self.now) {
      terminate(.enhanceYourCalm, reason: "too many events of the kind \(event)")
    }
  }
}
