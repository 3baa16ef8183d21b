import NIOCore

/// Who wants the answer of a call. Called on the channel's event loop.
protocol ClientReceiver: AnyObject, Sendable {
  func receive(initialMetadata: Metadata)
  func receive(message: ReceivedMessage) throws(Status)
  /// The end, once; the status holds the trailing metadata.
  func finish(_ status: Status)
  /// Whether the server may send more. When false the receiver calls
  /// ``ClientStream/releaseWindow()`` once it has room.
  func takesMore() -> Bool
  /// Memory of messages that nobody has taken yet, in bytes.
  var queuedBytes: Int { get }
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
    /// Opened; response headers are awaited. Next: `receiving`, or `queued` when the server surely
    /// did not process it.
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
  var requests: RequestQueue
  var writers = WriterQueue()
  private(set) var connection: ClientConnection?

  private let receiver: any ClientReceiver
  private let limits: Limits
  // Kept until the call has ended: it may be all that is left of a channel.
  private var pool: ClientPool?
  private var reader: MessageReader
  private var head = ResponseHead()
  private var deadlineTimer: Scheduled<Void>?
  private var parentAction: UInt64?
  private var owedWindow = 0
  private var attempts = 0
  private var earlyCancel: Status?

  /// A call with its one request, or one whose requests are written later.
  init(
    path: String, message: ByteBuffer?, options: ClientCallOptions, limits: Limits,
    eventLoop: any EventLoop, receiver: any ClientReceiver
  ) {
    self.path = path
    self.options = options
    self.limits = limits
    self.eventLoop = eventLoop
    self.receiver = receiver
    reader = MessageReader(maximumMessageBytes: limits.messageBytes)
    requests = RequestQueue(encoding: options.encoding, limits: limits)
    if let message {
      requests.append(message, compressed: true)
      requests.isFinished = true
    }
  }

  /// Hands the call to a pool.
  func start(in pool: ClientPool) {
    phase = .queued
    self.pool = pool
    if let earlyCancel { return finish(earlyCancel) }
    guard !options.deadline.hasPassed else { return finish(ServerStream.deadlinePassed) }
    if options.deadline != .none {
      deadlineTimer = eventLoop.scheduleTask(deadline: options.deadline.timer) {
        self.giveUp(ServerStream.deadlinePassed)
      }
    }
    parentAction = options.parent?.addCancelAction { self.cancel(ClientChannel.cancelled) }
    if phase == .queued { pool.enqueue(self) }
  }

  /// A connection has opened the stream.
  func opened(on connection: ClientConnection) {
    self.connection = connection
    phase = .sent
    attempts += 1
  }

  /// Gives the call up, from any thread: the server is told, the receiver gets the status.
  func cancel(_ status: Status) { onLoop { $0.giveUp(status) } }

  /// The receiver has room again, on any thread.
  func releaseWindow() {
    onLoop { stream in
      stream.connection?.session?.consumeOnStream(stream, stream.owedWindow)
      stream.owedWindow = 0
      stream.connection?.scheduleDrain()
    }
  }

  /// Ends the call without telling the server, which does not know it (any more).
  func finish(_ status: Status) {
    guard phase != .done else { return }
    phase = .done
    pool = nil
    deadlineTimer?.cancel()
    if let parentAction { options.parent?.removeCancelAction(parentAction) }
    writers.resumeAll(with: Self.ended)
    receiver.finish(status)
  }

  static let ended = Status(
    code: .cancelled, message: "the call has ended; its status comes with the responses")

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
    requests.removeAll()
    connection?.session?.reset(self, .cancel)
    connection?.scheduleDrain()
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
        requests.commit()
        reader.encoding = head.encoding
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
    owedWindow += bytes.count
    do {
      try reader.feed(bytes, room: { limits.queuedResponseBytes - receiver.queuedBytes }) {
        message throws(Status) in
        try receiver.receive(message: message)
      }
    } catch {
      var status = error
      status.reason = ClientStatus.answerInvalid
      giveUp(status)
      return
    }
    if receiver.takesMore() {
      connection?.session?.consumeOnStream(self, owedWindow)
      owedWindow = 0
    }
  }

  override func receivedEnd() {
    guard phase != .done else { return }
    end(
      Status(
        code: .internalError, reason: ClientStatus.answerInvalid,
        message: "the response ended without a status"))
  }

  override func headersNotSent() {
    giveUp(
      Status(
        code: .resourceExhausted, reason: "HEADERS_TOO_LARGE",
        message: "the headers of the call are too large to be sent"))
  }

  override func closed(_ code: HTTP2ErrorCode) {
    let connection = connection
    self.connection = nil
    if connection?.session == nil {
      finish(.connectionLost(connection?.endReason))
    } else if code == .refusedStream, phase == .sent, sendAgain() {
      return connection?.streamClosed() ?? ()
    } else {
      finish(ClientStatus.ofReset(code))
    }
    connection?.streamClosed()
  }

  /// The server surely did not process the call (RFC 9113 §8.7): hands it to the pool again; false
  /// when it may not be sent again.
  private func sendAgain() -> Bool {
    guard attempts <= limits.transparentRetries, let pool, requests.rewind() else { return false }
    head = ResponseHead()
    phase = .queued
    pool.enqueue(self)
    return true
  }

  override func produceBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    let part = requests.produce(into: buffer)
    if !writers.isEmpty, hasRoom { writers.resumeAll(with: nil) }
    return part
  }

  private func end(_ status: Status) {
    if status.code == .ok, reader.isInsideMessage {
      finish(
        Status(
          code: .internalError, reason: ClientStatus.answerInvalid,
          message: "the response ended inside a message"))
    } else {
      finish(status)
    }
    // The server has answered without waiting for all of the request.
    if !requests.isAllSent { resetStream() }
  }
}

/// What the writer of a stream of requests does.
extension ClientStream: WritableStream {
  var hasRoom: Bool { requests.byteCount <= limits.streamOutboundBytes }

  func checkWritable() throws(Status) { if phase == .done { throw Self.ended } }

  /// Takes one message; false when it fits but the writer should wait for room.
  func write(_ message: ByteBuffer, compressed: Bool) throws(Status) -> Bool {
    try checkWritable()
    guard !requests.isFinished else {
      throw Status(code: .internalError, message: "a request was written after the last one")
    }
    requests.append(message, compressed: compressed)
    resumeBody()
    return hasRoom
  }

  /// There is no further request.
  func finishRequests() {
    guard phase != .done, !requests.isFinished else { return }
    requests.isFinished = true
    resumeBody()
  }

  private func resumeBody() {
    guard requests.isDeferred, let connection else { return }
    requests.isDeferred = false
    connection.session?.resume(self)
    connection.scheduleDrain()
  }
}

extension Status {
  /// The connection broke under the call: whether the server has done it is not known.
  static func connectionLost(_ reason: String?) -> Status {
    Status(
      code: .unavailable,
      message: "the connection to the server was lost" + (reason.map { ": \($0)" } ?? ""))
  }
}
