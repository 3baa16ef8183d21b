import Logging
import NIOCore
import NIOTLS

/// One HTTP/2 connection on an event loop: feeds what is read into the session and drains what the
/// session wants to say. What a server and a client do beside that are its two subclasses.
///
/// Confined to its channel's event loop (hence unchecked).
class Connection: ChannelInboundHandler, HTTP2SessionDelegate, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Where the connection is. `closed` can follow each phase.
  enum Phase: Hashable {
    /// TCP, or the TLS handshake, is not done. Next: `opening`.
    case connecting
    /// Our settings are on their way, the peer's are awaited. Next: `open`, `ending`.
    case opening
    /// Calls come and go. Next: `ending`.
    case open
    /// Nothing is read any more; what is queued, a GOAWAY at least, is still sent. Next: `closing`.
    case ending
    /// The socket is being closed: nothing is read or sent.
    case closing
    /// The socket is gone.
    case closed
  }

  final let side: HTTP2Session.Side
  final let limits: Limits
  final let eventLoop: any EventLoop
  final let logger: Logger
  final private(set) var phase = Phase.connecting
  /// Nil before the connection is `opening` and after it is `closed`.
  final private(set) var session: HTTP2Session?
  /// Why the connection ended, as far as it is known here.
  final private(set) var endReason: String?

  final private(set) var context: ChannelHandlerContext?
  final var outbound = ByteBuffer()
  final var isReading = false
  final var isDraining = false
  final var isDrainScheduled = false
  private let isSecured: Bool
  private var floodGuard: FloodGuard
  final private(set) var hasFlooded = false
  /// Whether nothing is read yet.
  final var isWaiting = false
  private var lifeSigns: LifeSigns
  private var stalledTimer: Scheduled<Void>?
  private var prefaceTimer: Scheduled<Void>?
  private var headersTimer: Scheduled<Void>?
  private var watchedHeaderBlock = 0
  private var endTimer: Scheduled<Void>?
  private var lifeTimer: RepeatedTask?

  /// A connection of one side. With TLS it starts to speak when the handshake is done.
  init(
    side: HTTP2Session.Side, limits: Limits, isSecured: Bool, eventLoop: any EventLoop,
    logger: Logger
  ) {
    self.side = side
    self.limits = limits
    self.isSecured = isSecured
    self.eventLoop = eventLoop
    self.logger = logger
    let now = Int64(truncatingIfNeeded: eventLoop.now.uptimeNanoseconds)
    floodGuard = FloodGuard(limits: limits, nowNanoseconds: now)
    lifeSigns = LifeSigns(limits: limits, nowNanoseconds: now)
  }

  // MARK: for the subclasses

  /// The TLS handshake is done and HTTP/2 was agreed. Not nil: why the peer is not who it should be.
  func becameSecure(_ channel: any Channel) -> String? { nil }
  /// The peer's first SETTINGS frame is here.
  func becameReady() {}
  /// There may be room for more calls: the peer's settings have changed, or the socket takes more.
  func mayHaveRoom() {}
  /// Everything of one read has been fed to the session; frames may be submitted, calls started.
  func finishedReceiving() {}
  /// The peer has used up what it may do, and the connection is being ended for it.
  func flooded() {}
  /// There was no call for as long as a connection without calls is kept.
  func becameIdle() {}
  /// The connection is gone; every stream has been closed.
  func becameInactive() {}
  /// The peer opens a stream.
  func acceptStream() -> HTTP2Stream? { nil }
  /// The peer answered a PING of a subclass.
  func pingAnswered(_ number: UInt64) {}
  /// The peer opens no further streams for us, or ends the connection.
  func receivedGoAway(_ code: HTTP2ErrorCode) {}

  /// A stream is about to send data; see ``FloodGuard/recordAnswers(_:)``.
  final func recordAnswer() { floodGuard.recordAnswers(1) }

  /// Counts misuse, some of it so many times; ends the connection when it is too much.
  final func count(_ event: FloodGuard.Event, _ times: Int = 1) {
    if !floodGuard.record(event, times, atNanoseconds: now) {
      flood(reason: "too many events of the kind \(event)")
    }
  }

  /// The peer has used up what it may do: ends the connection.
  final func flood(reason: String) {
    terminate(.enhanceYourCalm, reason: reason)
    guard !hasFlooded else { return }
    hasFlooded = true
    flooded()
  }

  /// How much of what the peer did was misuse, 0 to 1.
  final var misusedPart: Double { floodGuard.misusedPart(atNanoseconds: now) }

  /// Ends the connection in the protocol's way, with a GOAWAY.
  final func terminate(_ code: HTTP2ErrorCode, reason: String) {
    guard !isOver else { return }
    guard let session else { return close(reason: reason) }
    beginEnding()
    endReason = endReason ?? reason
    logger.debug("ending a connection", metadata: ["reason": "\(reason)"])
    session.terminate(code)
    scheduleDrain()
  }

  /// Closes the socket at once.
  final func close(reason: String) {
    guard phase != .closing, phase != .closed else { return }
    phase = .closing
    endReason = endReason ?? reason
    logger.debug("closing a connection", metadata: ["reason": "\(reason)"])
    context?.close(promise: nil)
  }

  /// Whether nothing is read any more.
  final var isOver: Bool { phase == .ending || phase == .closing || phase == .closed }

  /// Everything has been said: what is queued is still sent, if the peer takes it in time.
  final func beginEnding() {
    guard !isOver else { return }
    phase = .ending
    end(within: limits.stalledWriteMilliseconds)
  }

  /// Closes the socket after so long at the latest.
  final func end(within milliseconds: Int) {
    endTimer?.cancel()
    endTimer = close(after: milliseconds, reason: "the peer does not take our goodbye")
  }

  /// Comes when the socket is closed; nil when it already is.
  final var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

  /// The event loop's monotonic clock, in nanoseconds.
  final var now: Int64 { Int64(truncatingIfNeeded: eventLoop.now.uptimeNanoseconds) }
}

/// The channel's events.
extension Connection {
  final func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { opened() }
  }

  final func channelActive(context: ChannelHandlerContext) {
    opened()
    context.fireChannelActive()
  }

  /// TCP is open; TLS, if there is any, begins.
  private func opened() {
    guard prefaceTimer == nil, phase == .connecting else { return }
    prefaceTimer = close(after: limits.prefaceMilliseconds, reason: "no HTTP/2 preface in time")
    if !isSecured { start() }
  }

  final func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
      guard negotiated == TLSRules.protocolName else {
        return close(reason: "the peer does not offer HTTP/2 by ALPN")
      }
      if let reason = becameSecure(context.channel) { return close(reason: reason) }
      start()
    }
    context.fireUserInboundEventTriggered(event)
  }

  final func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let session, !isOver else { return }
    // The socket is read although it should not be only when the peer has closed its side.
    guard !isWaiting else { return close(reason: "the peer has not waited for its turn") }
    isReading = true
    lifeSigns.heard()
    let buffer = unwrapInboundIn(data)
    do {
      try buffer.withUnsafeReadableBytes { bytes in try session.receive(bytes) }
    } catch {
      // Every error here is a fatal one: nghttp2 says lesser things to the peer by itself.
      return close(reason: "\(error)")
    }
    watchHeaderBlock(session)
    finishedReceiving()
  }

  final func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    drain()
  }

  final func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      stalledTimer?.cancel()
      stalledTimer = nil
      drain()
      mayHaveRoom()
    } else if stalledTimer == nil {
      stalledTimer = close(
        after: limits.stalledWriteMilliseconds, reason: "the peer takes nothing")
    }
  }

  // Not channelInactive: a channel that was never active ends without it.
  final func handlerRemoved(context: ChannelHandlerContext) {
    for timer in [stalledTimer, prefaceTimer, headersTimer, endTimer] { timer?.cancel() }
    lifeTimer?.cancel()
    phase = .closed
    let session = session
    self.session = nil
    session?.closeAllStreams(.cancel)
    becameInactive()
    self.context = nil
    outbound = ByteBuffer()
  }

  final func errorCaught(context: ChannelHandlerContext, error: any Error) {
    close(reason: "\(error)")
  }

  private func close(after milliseconds: Int, reason: String) -> Scheduled<Void> {
    eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) { self.close(reason: reason) }
  }

  private func start() {
    guard phase == .connecting else { return }
    let settings = HTTP2Settings(
      maximumConcurrentStreams: limits.concurrentStreams,
      maximumHeaderListBytes: limits.headerListBytes,
      maximumHeaderBlockBytes: limits.headerListBytes * Limits.Fixed.headerBlockFactor,
      streamWindowBytes: limits.streamWindowBytes,
      connectionWindowBytes: limits.connectionWindowBytes,
      maximumContinuations: limits.continuations,
      maximumOutboundAcknowledgements: limits.outboundFrames)
    do {
      session = try HTTP2Session(side: side, settings: settings, delegate: self)
    } catch {
      logger.error("no HTTP/2 session could be made", metadata: ["error": "\(error)"])
      return close(reason: "no HTTP/2 session could be made")
    }
    phase = .opening
    let period = TimeAmount.milliseconds(Int64(lifeSigns.periodMilliseconds))
    lifeTimer = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      self.checkLife()
    }
    drain()
  }

  /// A header block that was begun must end in time. Almost always it has when the read is over.
  private func watchHeaderBlock(_ session: HTTP2Session) {
    if headersTimer != nil, session.headerBlocksBegun == watchedHeaderBlock,
      session.isInsideHeaderBlock
    {
      return
    }
    headersTimer?.cancel()
    headersTimer = nil
    guard session.isInsideHeaderBlock else { return }
    watchedHeaderBlock = session.headerBlocksBegun
    headersTimer = close(
      after: limits.headersMilliseconds, reason: "a header block does not end")
  }

  private func checkLife() {
    guard let session else { return }
    let verdict = lifeSigns.check(
      openStreams: session.openStreamCount, streamsBegun: session.streamsBegun,
      atNanoseconds: now)
    switch verdict {
    case .fine: break
    case .idle: becameIdle()
    case .ask:
      session.ping(LifeSigns.pingNumber)
      drain()
      let question = lifeSigns.questions
      eventLoop.scheduleTask(in: .milliseconds(Int64(limits.keepAliveAnswerMilliseconds))) {
        guard self.lifeSigns.isUnanswered, self.lifeSigns.questions == question else { return }
        self.close(reason: "the peer is silent")
      }
    }
  }
}

/// What happens beside the streams.
extension Connection {
  final func received(_ event: HTTP2Event) {
    switch event {
    case .settings:
      guard phase == .opening else {
        count(.controlFrame)
        return mayHaveRoom()
      }
      phase = .open
      prefaceTimer?.cancel()
      prefaceTimer = nil
      becameReady()
    case .ping, .unusedFrame, .emptyData: count(.controlFrame)
    case .resetReceived:
      // To a client a reset is an answer, not an attack.
      if side == .server { count(.reset) }
    case .invalidFrame(let bytes): count(.glitch, 1 + bytes / Limits.Fixed.glitchBytes)
    case .headerFlood: flood(reason: "a header block is far too large")
    case .resetSent(let code):
      // These three are our own decisions, not the peer's fault.
      if code != .noError, code != .cancel, code != .refusedStream { count(.glitch) }
    case .pingAcknowledged(let number):
      if number != LifeSigns.pingNumber { pingAnswered(number) }
    case .goAway(_, let code): receivedGoAway(code)
    }
  }
}
