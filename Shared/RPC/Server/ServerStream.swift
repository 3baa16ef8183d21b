import Logging
import NIOCore

/// One call on the server, from its first header to its last frame.
///
/// Confined to the event loop of its connection (hence unchecked).
final class ServerStream: HTTP2Stream, @unchecked Sendable {
  /// Where the call is. `done` can follow each phase, because the caller can go away at any time.
  enum Phase: Hashable {
    /// Request headers arrive. Next: `message`, or `answering` for a refusal.
    case headers
    /// The request message arrives. Next: `ready`, or `answering`.
    case message
    /// The request is complete. Next: `running`.
    case ready
    /// The handler runs, perhaps sending responses. Next: `answering`.
    case running
    /// The outcome is known and on its way. Next: `done`.
    case answering
    /// The stream is closed.
    case done
  }

  /// How the answer ends.
  enum Ending {
    /// With an OK status and this metadata.
    case ok(Metadata)
    case failure(Status)
    /// An answer of plain HTTP, without trailers.
    case http
  }

  let connection: ServerConnection
  var phase = Phase.headers
  var request = RequestHead()
  var deframer: MessageDeframer
  var message: ByteBuffer?
  var context: CallContext?
  var task: Task<Void, Never>?
  var deadlineTimer: Scheduled<Void>?
  var outbound = OutboundBody()
  var ending: Ending?
  var hasSentHeaders = false
  /// nghttp2 waits for ``HTTP2Session/resume(_:)`` before it asks for more body.
  var isBodyDeferred = false
  /// Writers that wait for room.
  var waitingWriters: [(id: UInt64, continuation: CheckedContinuation<Status?, Never>)] = []

  private var heldBytes = 0
  private var sweeps = 0

  init(connection: ServerConnection) {
    self.connection = connection
    deframer = MessageDeframer(maximumMessageBytes: connection.limits.messageBytes)
  }

  override func receivedHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    // A second header block holds a client's trailers, which gRPC does not use.
    guard phase == .headers else { return }
    connection.headReader.take(name: name, value: value)
  }

  override func receivedHeaders(endsStream: Bool) {
    guard phase == .headers else { return }
    switch connection.headReader.verdict() {
    case .accepted:
      request = connection.headReader.head()
      phase = .message
    case .refused(let status): refuse(status)
    case .http(let answer): answerHTTP(answer)
    }
  }

  override func receivedData(_ bytes: UnsafeRawBufferPointer) {
    // Taken at once: a message may be longer than the window. What is held is bounded per
    // connection.
    connection.session?.consume(self, bytes.count)
    guard phase == .message, !request.isHealthCheck else { return }
    do {
      try deframer.feed(bytes) { message throws(Status) in
        guard self.message == nil else {
          throw Status(
            code: .unimplemented, message: "the method takes one request message, there are more")
        }
        self.message = message
      }
      try hold(deframer.heldBytes)
    } catch {
      refuse(error)
    }
  }

  override func receivedEnd() {
    guard phase == .message else { return }
    if request.isHealthCheck {
      answerHTTP(.healthy)
    } else if deframer.isInsideMessage {
      refuse(Status(code: .internalError, message: "the request ended inside a message"))
    } else if message == nil {
      refuse(
        Status(
          code: .unimplemented, message: "the method takes one request message, there is none"))
    } else {
      phase = .ready
      releaseHeld()
      connection.enqueue(self)
    }
  }

  override func closed(_ code: HTTP2ErrorCode) {
    let wasRunning = phase == .running
    phase = .done
    deadlineTimer?.cancel()
    releaseHeld()
    outbound.removeAll()
    if wasRunning { cancelHandler() }
    let reason = Status(code: .cancelled, message: "the caller is gone")
    resumeWriters(with: context?.deadline.hasPassed == true ? Self.deadlinePassed : reason)
  }

  override func produceBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    produce(into: buffer)
  }

  /// Called by the connection's sweep; false when it should be closed.
  func survivesSweep() -> Bool {
    sweeps += 1
    if phase == .headers { return sweeps < Limits.Time.headerSweeps }
    if phase == .message, sweeps >= Limits.Time.requestSweeps {
      refuse(Status(code: .cancelled, message: "the request did not arrive in time"))
    }
    return true
  }

  static let deadlinePassed = Status(
    code: .deadlineExceeded, message: "the deadline passed before the call was finished")

  private func hold(_ count: Int) throws(Status) {
    connection.heldRequestBytes += count - heldBytes
    heldBytes = count
    guard connection.heldRequestBytes <= Limits.Buffer.connectionRequestBytes else {
      throw Status(
        code: .resourceExhausted,
        message: "too many incomplete requests on this connection at the same time")
    }
  }

  private func releaseHeld() {
    connection.heldRequestBytes -= heldBytes
    heldBytes = 0
  }
}

/// Running the handler.
extension ServerStream {
  /// Starts the handler in place: one that does not suspend has answered when this returns.
  func run() {
    guard phase == .ready, let message, case .method(let handler) = request.route?.destination,
      let path = request.route?.path
    else { return }
    self.message = nil
    phase = .running
    let context = CallContext(
      path: path, metadata: request.metadata, deadline: request.deadline,
      peerAddress: connection.peerAddress, eventLoop: connection.eventLoop)
    self.context = context
    let task: Task<Void, Never>
    switch handler {
    case .unary(let body):
      task = Task.immediate(executorPreference: connection.executor) {
        do {
          let response = try await body(message, context)
          self.handlerReturned(response)
        } catch {
          self.handlerFailed(error)
        }
      }
    case .serverStreaming(let body):
      task = Task.immediate(executorPreference: connection.executor) {
        do {
          try await body(message, context, ResponseWriter(stream: self))
          self.handlerReturned(nil)
        } catch {
          self.handlerFailed(error)
        }
      }
    }
    guard phase == .running else { return }
    // It suspended: only now a task to cancel and a timer are worth their cost.
    self.task = task
    if request.deadline != .none {
      deadlineTimer = connection.eventLoop.scheduleTask(deadline: request.deadline.timer) {
        self.abort(Self.deadlinePassed)
      }
    }
  }

  /// Ends a call whose handler may still be running.
  func abort(_ status: Status) {
    guard phase != .answering, phase != .done else { return }
    if phase == .running {
      cancelHandler()
      resumeWriters(with: status)
    }
    fail(status)
  }

  /// The handler has returned. Its task prefers the event loop, so that is normally where this is.
  private func handlerReturned(_ response: ByteBuffer?) {
    guard connection.eventLoop.inEventLoop else {
      return connection.eventLoop.execute { self.handlerReturned(response) }
    }
    guard phase == .running else { return }
    if let response { outbound.append(message: response) }
    let metadata = context?.finish()
    sendHeaders(metadata?.initial)
    end(.ok(metadata?.trailing ?? Metadata()))
  }

  private func handlerFailed(_ error: any Error) {
    guard connection.eventLoop.inEventLoop else {
      return connection.eventLoop.execute { self.handlerFailed(error) }
    }
    guard phase == .running else { return }
    if var status = error as? Status {
      if status.code == .ok { status.code = .unknown }
      fail(status)
    } else if context?.deadline.hasPassed == true {
      fail(Self.deadlinePassed)
    } else {
      // The text of an unforeseen error may hold what the caller must not see.
      connection.logger.error("a handler of \(context?.path ?? "?") failed: \(error)")
      fail(Status(code: .unknown, message: "the handler failed"))
    }
  }

  private func cancelHandler() {
    context?.cancel()
    task?.cancel()
  }

  /// Runs an action on the event loop, at once when already there (the rule for handlers).
  func onLoop(_ action: @escaping @Sendable (ServerStream) -> Void) {
    if connection.eventLoop.inEventLoop {
      action(self)
    } else {
      connection.eventLoop.execute { action(self) }
    }
  }
}
