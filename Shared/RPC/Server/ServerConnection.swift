import Logging
import NIOCore
import NIOSSL

/// A connection of a server: takes calls and starts their handlers.
final class ServerConnection: Connection, @unchecked Sendable {
  let executor: EventLoopTaskExecutor
  private(set) var peer: CallContext.Peer
  /// Where the caller comes from.
  let network: CallerNetwork
  /// Requests held by all streams.
  private(set) var held = HeldRequests()
  /// Response bytes that wait on all streams.
  var outboundBytes = 0
  /// Reads the header block that is being received.
  let headReader: RequestHeadReader
  /// The header block that is being written: one for all calls, because each is sent at once.
  var headers = HeaderList()

  private let details: (@Sendable (Status, CallContext) -> [UInt8])?
  private var lastCallID = CallID.random()
  private let connections: ServerConnections
  private var ready = CircularBuffer<ServerStream>()
  private var owedWindow = 0
  private var isRoomAwaited = false
  private var hasSentSinceSweep = false
  private var stalledSweeps = 0
  private var sweepTimer: Scheduled<Void>?
  private var ageTimer: Scheduled<Void>?
  private var turnTimer: Scheduled<Void>?
  private var isShuttingDown = false
  private var hasSaidGoodbye = false

  /// The number of the PING whose answer says that the shutdown notice has arrived.
  private static let drainNumber: UInt64 = 2

  init(
    limits: Limits, isSecured: Bool = false, channel: any Channel, logger: Logger, routes: Routes,
    connections: ServerConnections,
    details: (@Sendable (Status, CallContext) -> [UInt8])? = nil
  ) {
    executor = EventLoopTaskExecutor(channel.eventLoop)
    peer = CallContext.Peer(address: channel.remoteAddress)
    network = CallerNetwork(channel.remoteAddress)
    headReader = RequestHeadReader(
      maximumListBytes: limits.headerListBytes, routes: RouteCache(routes))
    self.connections = connections
    self.details = details
    super.init(
      side: .server, limits: limits, isSecured: isSecured, eventLoop: channel.eventLoop,
      logger: logger)
  }

  override func becameSecure(_ channel: any Channel) -> String? {
    let handler = try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
    guard let certificate = handler?.peerCertificate else { return nil }
    guard let identity = PeerIdentity(certificate) else {
      return "the caller's certificate can't be understood"
    }
    peer = CallContext.Peer(address: peer.address, identity: identity)
    return nil
  }

  override func becameReady() {
    guard limits.maximumAgeMilliseconds > 0 else { return }
    let jitter = Limits.Fixed.ageJitter * Double.random(in: -1...1)
    let age = Int64(Double(limits.maximumAgeMilliseconds) * (1 + jitter))
    ageTimer = eventLoop.scheduleTask(in: .milliseconds(age)) { self.becameOld() }
  }

  override func acceptStream() -> HTTP2Stream? {
    // The goodbye says which calls were taken; what comes while it waits to be sent was not.
    guard !hasSaidGoodbye, !isOver else { return nil }
    headReader.begin()
    return ServerStream(connection: self)
  }

  override func finishedReceiving() {
    startReady()
    armSweepIfNeeded()
  }

  override func becameIdle() { shutDown() }

  override func becameInactive() {
    ready = []
    sweepTimer?.cancel()
    ageTimer?.cancel()
    turnTimer?.cancel()
    if !hasFlooded { connections.charge(self, part: misusedPart) }
    connections.remove(self)
  }

  override func flooded() { connections.charge(self, part: 1) }

  override func pingAnswered(_ number: UInt64) {
    if number == Self.drainNumber { sayGoodbye() }
  }

  /// What is known of a call, when its headers are here.
  func context(of request: RequestHead, path: String) -> CallContext {
    lastCallID = lastCallID.next
    return CallContext(
      path: path, metadata: request.metadata, deadline: request.deadline, peer: peer,
      eventLoop: eventLoop, id: lastCallID)
  }

  /// Adds the details to a status of the runtime's own.
  func describe(_ status: inout Status, _ call: CallContext?) {
    guard let details, let call, !status.reason.isEmpty, status.details.isEmpty else { return }
    status.details = details(status, call)
  }

  /// A call's handler may start.
  func enqueue(_ stream: ServerStream) { ready.append(stream) }

  /// Nobody waits for a call any more whose handler has not started.
  func withdraw(_ stream: ServerStream) { ready.removeAll { $0 === stream } }

  /// Starts handlers, as long as the caller reads its answers. Not inside nghttp2's callbacks: a
  /// handler may end streams and submit frames.
  private func startReady() {
    while outboundBytes <= limits.connectionOutboundBytes, let stream = ready.popFirst() {
      stream.run()
    }
    for stream in ready { stream.armDeadline() }
  }
}

/// Connections of an address that floods; see ``AddressGuard``.
extension ServerConnection {
  /// Leaves what the peer sends in the kernel until it is the connection's turn.
  func waitForItsTurn(_ channel: any Channel) throws {
    try channel.syncOptions?.setOption(.autoRead, value: false)
    isWaiting = true
    let pause = TimeAmount.milliseconds(Int64(limits.floodPauseMilliseconds))
    turnTimer = eventLoop.scheduleTask(in: pause) { try self.takeTurn(channel) }
  }

  private func takeTurn(_ channel: any Channel) throws {
    guard connections.mayEnter(self) else { return try waitForItsTurn(channel) }
    isWaiting = false
    try channel.syncOptions?.setOption(.autoRead, value: true)
  }
}

/// What the streams hold together.
extension ServerConnection {
  /// A stream holds other requests than before.
  func holds(_ new: HeldRequests, insteadOf old: HeldRequests) {
    held.bytes += new.bytes - old.bytes
    held.queued += new.queued - old.queued
    if new.queued < old.queued { settleWindow() }
  }

  /// Bytes of a stream of requests are here. The connection's window for them is given back at
  /// once, so that a handler that does not read holds up no other stream, until many messages wait.
  func took(_ count: Int) {
    owedWindow += count
    settleWindow()
  }

  /// Gives the connection's window back if few messages wait. Incomplete ones do not count: they
  /// need what is still to come, and are bounded by the refusal of what is too much.
  private func settleWindow() {
    guard owedWindow > 0, held.queued <= limits.freelyHeldRequestBytes else { return }
    session?.consumeOnConnection(owedWindow)
    owedWindow = 0
    scheduleDrain()
  }

  /// Response bytes have left, or are not wanted any more.
  func sent(_ count: Int) {
    let wasFull = outboundBytes > limits.connectionOutboundBytes
    outboundBytes -= count
    if count > 0 { hasSentSinceSweep = true }
    guard wasFull, outboundBytes <= limits.connectionOutboundBytes, !isRoomAwaited else { return }
    isRoomAwaited = true
    // Later: this may be inside one of nghttp2's callbacks.
    eventLoop.execute { self.roomIsBack() }
  }

  private func roomIsBack() {
    isRoomAwaited = false
    guard let session else { return }
    for case let stream as ServerStream in session.openStreams where !stream.writers.isEmpty {
      if stream.hasRoom { stream.writers.resumeAll(with: nil) }
    }
    startReady()
    scheduleDrain()
  }
}

/// Slow peers: requests which began and do not end, answers that are asked for and not taken.
extension ServerConnection {
  /// One timer per connection, armed only while streams are open at the end of a read.
  private func armSweepIfNeeded() {
    guard sweepTimer == nil, let session, session.openStreamCount > 0 else { return }
    sweepTimer = eventLoop.scheduleTask(in: .milliseconds(Int64(limits.sweepMilliseconds))) {
      self.sweepTimer = nil
      self.sweep()
    }
  }

  private func sweep() {
    guard let session else { return }
    for case let stream as ServerStream in session.openStreams { stream.sweep() }
    checkProgress()
    armSweepIfNeeded()
    drain()
  }
}

/// What waits although the socket takes it waits for windows: a peer that gives none on any of its
/// streams for so long holds our memory and tasks for nothing.
extension ServerConnection {
  private func checkProgress() {
    stalledSweeps = outboundBytes == 0 || hasSentSinceSweep ? 0 : stalledSweeps + 1
    hasSentSinceSweep = false
    if stalledSweeps * limits.sweepMilliseconds >= limits.stalledWriteMilliseconds {
      terminate(.enhanceYourCalm, reason: "the peer gives no window for what it has asked")
    }
  }
}

/// The end of a connection.
extension ServerConnection {
  /// Takes no further calls, lets the running ones end, then closes.
  func shutDown() {
    guard let session else { return close(reason: "the server is shutting down") }
    guard !isShuttingDown else { return }
    isShuttingDown = true
    session.submitShutdownNotice()
    session.ping(Self.drainNumber)
    drain()
    eventLoop.scheduleTask(in: .milliseconds(Int64(limits.drainRoundTripMilliseconds))) {
      self.sayGoodbye()
    }
  }

  /// The connection is as old as it may get: its calls may end, for a while.
  private func becameOld() {
    shutDown()
    ageTimer = eventLoop.scheduleTask(in: .milliseconds(Int64(limits.ageGraceMilliseconds))) {
      self.abort()
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
    guard let session else { return close(reason: "the server is shutting down") }
    // Whatever the peer does, and does not read, it is over soon.
    end(within: limits.drainRoundTripMilliseconds)
    for case let stream as ServerStream in session.openStreams {
      stream.abort(
        Status(code: .unavailable, reason: "SHUTTING_DOWN", message: "the server is shutting down"))
    }
    drain()
    terminate(.noError, reason: "the server is shutting down")
  }
}
