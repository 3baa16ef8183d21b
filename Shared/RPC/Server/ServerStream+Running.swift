import Logging
import NIOCore

/// Running the handler.
extension ServerStream {
  /// Starts the handler in place: one that does not suspend has answered when this returns.
  func run() {
    guard phase == .ready, case .method(let handler) = request.route?.destination, let context
    else { return }
    guard !request.deadline.hasPassed else { return fail(Self.deadlinePassed) }
    phase = .running
    guard let task = start(handler, context), phase == .running else { return }
    // It suspended: only now a task to cancel and a timer are worth their cost.
    self.task = task
    armDeadline()
  }

  /// Ends the call when its time is over; for one that runs or has to wait.
  func armDeadline() {
    guard request.deadline != .none, deadlineTimer == nil else { return }
    deadlineTimer = connection.eventLoop.scheduleTask(deadline: request.deadline.timer) {
      self.abort(Self.deadlinePassed)
    }
  }

  private func start(_ handler: MethodHandler, _ context: CallContext) -> Task<Void, Never>? {
    if let inbox {
      let requests = RequestStream(stream: self, inbox: inbox)
      switch handler {
      case .clientStreaming(let body): return task { try await body(requests, context) }
      case .bidirectional(let body):
        return task {
          try await body(requests, context, ResponseWriter(stream: self))
          return nil
        }
      case .unary, .serverStreaming, .relay: return nil
      }
    }
    guard let message = message.take() else { return nil }
    if message.wasCompressed { context.noteCompressedRequest() }
    let bytes = message.bytes
    switch handler {
    case .unary(let body): return task { try await body(bytes, context) }
    case .serverStreaming(let body):
      return task {
        try await body(bytes, context, ResponseWriter(stream: self))
        return nil
      }
    case .relay(let decide):
      switch decide(context) {
      case .pass(let relay):
        // Its own deadline and cancellation end it.
        pass(bytes, on: relay)
        return nil
      case .answer(let body):
        return task {
          try await body(bytes, context, ResponseWriter(stream: self))
          return nil
        }
      }
    case .clientStreaming, .bidirectional: return nil
    }
  }

  /// Runs a handler's body: its response, if it gives one, and its error end the call.
  @inline(__always)
  private func task(
    _ body: @escaping @Sendable () async throws -> ByteBuffer?
  ) -> Task<Void, Never> {
    Task.immediate(executorPreference: connection.executor) {
      do {
        let response = try await body()
        self.handlerReturned(response)
      } catch {
        self.handlerFailed(error)
      }
    }
  }

  /// Ends a call that is not answered yet; its handler may be running, or never start.
  func abort(_ status: Status) {
    guard phase != .answering, phase != .done else { return }
    if phase == .running {
      cancelHandler()
      writers.resumeAll(with: status)
    }
    fail(status)
  }

  /// The handler has returned. Its task prefers the event loop, so that is normally where this is.
  private func handlerReturned(_ response: ByteBuffer?) {
    guard connection.eventLoop.inEventLoop else {
      return connection.eventLoop.execute { self.handlerReturned(response) }
    }
    guard phase == .running else { return }
    let metadata = context?.finish()
    sendHeaders(metadata?.initial)
    if let response { append(response, compressed: true) }
    tell(.ok)
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
      fail(Status(code: .unknown, reason: "INTERNAL", message: "the handler failed"))
    }
  }

  func cancelHandler() {
    context?.cancel()
    task?.cancel()
    relayed?.cancel()
  }
}
