import NIOCore

/// Who wants the answer of a call. Called on the channel's event loop.
protocol ClientReceiver: AnyObject, Sendable {
  func receive(initialMetadata: Metadata)
  func receive(message: ByteBuffer) throws(Status)
  /// The end, once; the status holds the trailing metadata.
  func finish(_ status: Status)
  /// Whether the server may send more. When false the receiver calls
  /// ``ClientStream/releaseWindow()`` once it has room.
  func takesMore() -> Bool
}

/// One call of a client, from its place in the queue to its status.
///
/// Confined to the event loop of its channel (hence unchecked), ``cancel(_:)`` and
/// ``releaseWindow()`` excepted.
final class ClientStream: HTTP2Stream, @unchecked Sendable {
  /// Where the call is. `done` can follow each phase.
  enum Phase: Hashable {
    /// Not handed to a pool. Next: `queued`.
    case new
    /// Waits for a connection. Next: `sent`.
    case queued
    /// Opened; response headers are awaited. Next: `receiving`.
    case sent
    /// Messages, then trailers come. Next: `done`.
    case receiving
    /// The receiver has its status.
    case done
  }

  let path: String
  let options: ClientCallOptions
  let eventLoop: any EventLoop
  private(set) var phase = Phase.new

  private let receiver: any ClientReceiver
  private let limits: Limits
  private weak var pool: ClientPool?
  private var connection: ClientConnection?
  private var outbound = OutboundBody()
  private var deframer: MessageDeframer
  private var head = ResponseHead()
  private var deadlineTimer: Scheduled<Void>?
  private var heldWindow = 0
  private var earlyCancel: Status?

  init(
    path: String, message: ByteBuffer, options: ClientCallOptions, limits: Limits,
    eventLoop: any EventLoop, receiver: any ClientReceiver
  ) {
    self.path = path
    self.options = options
    self.limits = limits
    self.eventLoop = eventLoop
    self.receiver = receiver
    deframer = MessageDeframer(maximumMessageBytes: limits.messageBytes)
    outbound.append(message: message)
  }

  /// Hands the call to a pool.
  func start(in pool: ClientPool) {
    phase = .queued
    self.pool = pool
    if let earlyCancel {
      finish(earlyCancel)
    } else if options.deadline.hasPassed {
      finish(ServerStream.deadlinePassed)
    } else {
      if options.deadline != .none {
        deadlineTimer = eventLoop.scheduleTask(deadline: options.deadline.timer) {
          self.giveUp(ServerStream.deadlinePassed)
        }
      }
      pool.enqueue(self)
    }
  }

  /// A connection has opened the stream.
  func opened(on connection: ClientConnection) {
    self.connection = connection
    phase = .sent
  }

  /// Gives the call up, from any thread: the server is told, the receiver gets the status.
  func cancel(_ status: Status) { onLoop { $0.giveUp(status) } }

  /// The receiver has room again, on any thread.
  func releaseWindow() {
    onLoop { stream in
      stream.connection?.session?.consumeOnStream(stream, stream.heldWindow)
      stream.heldWindow = 0
      stream.connection?.scheduleDrain()
    }
  }

  /// Ends the call without telling the server, which does not know it (any more).
  func finish(_ status: Status) {
    guard phase != .done else { return }
    phase = .done
    deadlineTimer?.cancel()
    receiver.finish(status)
  }

  private func giveUp(_ status: Status) {
    switch phase {
    case .new: earlyCancel = status
    case .queued:
      pool?.withdraw(self)
      finish(status)
    case .sent, .receiving:
      resetStream()
      finish(status)
    case .done: break
    }
  }

  private func resetStream() {
    outbound.removeAll()
    connection?.session?.reset(self, .cancel)
    connection?.scheduleDrain()
  }

  private func onLoop(_ action: @escaping @Sendable (ClientStream) -> Void) {
    if eventLoop.inEventLoop {
      action(self)
    } else {
      eventLoop.execute { action(self) }
    }
  }

  // MARK: what the session tells

  override func receivedHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    guard phase != .done else { return }
    head.take(name: name, value: value, maximumListBytes: limits.headerListBytes)
  }

  override func receivedHeaders(endsStream: Bool) {
    let head = head
    self.head = ResponseHead()
    switch phase {
    case .sent where head.isInterim: break
    case .sent:
      if let failure = head.headerFailure(maximumListBytes: limits.headerListBytes) {
        giveUp(failure)
      } else if endsStream {
        end(head.status(limits.headerListBytes))
      } else {
        phase = .receiving
        receiver.receive(initialMetadata: head.metadata)
      }
    case .receiving where endsStream: end(head.status(limits.headerListBytes))
    case .receiving, .new, .queued, .done: break
    }
  }

  override func receivedData(_ bytes: UnsafeRawBufferPointer) {
    // The connection's window is given back at once, so that a stream nobody reads can't starve
    // others; the stream's own only as the receiver takes what came.
    connection?.session?.consumeOnConnection(bytes.count)
    guard phase == .receiving else { return }
    heldWindow += bytes.count
    do {
      try deframer.feed(bytes) { message throws(Status) in try receiver.receive(message: message) }
    } catch {
      giveUp(error)
      return
    }
    if receiver.takesMore() {
      connection?.session?.consumeOnStream(self, heldWindow)
      heldWindow = 0
    }
  }

  override func receivedEnd() {
    guard phase != .done else { return }
    end(Status(code: .internalError, message: "the response ended without a status"))
  }

  override func closed(_ code: HTTP2ErrorCode) {
    if connection?.session == nil {
      finish(Status(code: .unavailable, message: "the connection to the server was lost"))
    } else {
      finish(ClientStatus.ofReset(code))
    }
    let connection = connection
    self.connection = nil
    connection?.streamClosed()
  }

  override func produceBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    let count = outbound.copy(into: buffer)
    return outbound.byteCount == 0 ? .end(count) : .bytes(count)
  }

  private func end(_ status: Status) {
    if status.code == .ok, deframer.isInsideMessage {
      finish(Status(code: .internalError, message: "the response ended inside a message"))
    } else {
      finish(status)
    }
    // The server has answered without waiting for all of the request.
    if outbound.byteCount > 0 { resetStream() }
  }
}
