import NIOCore
import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Deadlines and cancellation` {
  @Test func `a call that takes too long ends with DEADLINE_EXCEEDED and its handler is cancelled`()
    async throws
  {
    let (started, cancelled) = (Signal(), Signal())
    let handler = hanging(started: started, cancelled: cancelled)
    try await withServer(["/test/Hang": handler]) { _, channel, _ in
      var timeoutMilliseconds: Int64 = 20
      // On a busy machine the time may be over before the call has reached its handler.
      while started.count == 0, !Task.isCancelled {
        let caught = await status {
          _ = try await channel.unary(
            path: "/test/Hang", ByteBuffer(),
            options: ClientCallOptions(deadline: .after(milliseconds: timeoutMilliseconds)))
        }
        #expect(caught?.code == .deadlineExceeded)
        timeoutMilliseconds *= 2
      }
      await cancelled.wait()
    }
  }

  @Test func `the server alone enforces the deadline too`() async throws {
    let cancelled = Signal()
    try await withServer(["/test/Hang": hanging(cancelled: cancelled)]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(
            stream: 1, Frames.call(path: "/test/Hang", adding: [("grpc-timeout", "20m")]))
          + Frames.data(stream: 1, Frames.message("x")))
      await cancelled.wait()
      let answer = await peer.wait { $0.type == 1 && $0.stream == 1 && $0.flags & 1 != 0 }
      #expect(answer != nil)
      await peer.close()
    }
  }

  @Test func `a deadline that has passed is not sent at all`() async throws {
    let called = Signal()
    let handler = MethodHandler.unary { request, _ in
      called.set()
      return request
    }
    try await withServer(["/test/Called": handler]) { _, channel, _ in
      let caught = await status {
        _ = try await channel.unary(
          path: "/test/Called", ByteBuffer(),
          options: ClientCallOptions(deadline: .after(milliseconds: -1)))
      }
      #expect(caught?.code == .deadlineExceeded)
      #expect(called.count == 0)
    }
  }

  @Test func `the handler sees what is left of the deadline`() async throws {
    let handler = MethodHandler.unary { _, context in
      ByteBuffer(string: "\(context.deadline.remainingNanoseconds ?? -1)")
    }
    try await withServer(["/test/Deadline": handler]) { _, channel, _ in
      let with = try await channel.unary(
        path: "/test/Deadline", ByteBuffer(),
        options: ClientCallOptions(deadline: .after(milliseconds: 30_000)))
      let left = try #require(Int64(String(buffer: with.message)))
      #expect(left > 0 && left <= 30_000_000_000)
      let without = try await channel.unary(path: "/test/Deadline", ByteBuffer())
      #expect(String(buffer: without.message) == "-1")
    }
  }

  @Test func `cancelling the caller's task cancels the handler`() async throws {
    let (started, cancelled) = (Signal(), Signal())
    let handler = hanging(started: started, cancelled: cancelled)
    try await withServer(["/test/Hang": handler]) { _, channel, _ in
      let task = Task { try await channel.unary(path: "/test/Hang", ByteBuffer()) }
      await started.wait()
      task.cancel()
      let caught = await status { _ = try await task.value }
      #expect(caught?.code == .cancelled)
      await cancelled.wait(count: 2)
    }
  }

  @Test func `a task that is cancelled already makes no call`() async throws {
    try await withServer { _, channel, _ in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      }
      let caught = await status { _ = try await task.value }
      #expect(caught?.code == .cancelled)
    }
  }

  @Test func `a lost connection cancels the handler`() async throws {
    let (started, cancelled) = (Signal(), Signal())
    let handler = hanging(started: started, cancelled: cancelled)
    try await withServer(["/test/Hang": handler]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(stream: 1, Frames.call(path: "/test/Hang"))
          + Frames.data(stream: 1, Frames.message("x")))
      await started.wait()
      await peer.close()
      await cancelled.wait(count: 2)
    }
  }

  @Test func `an action for cancellation never runs after the handler has returned`() async throws {
    let cancelled = Signal()
    let handler = MethodHandler.unary { request, context in
      context.onCancel { cancelled.set() }
      return request
    }
    try await withServer(["/test/Quick": handler]) { _, channel, _ in
      _ = try await channel.unary(path: "/test/Quick", ByteBuffer())
    }
    #expect(cancelled.count == 0)
  }

  /// A handler that never answers; it sets `cancelled` by its action and by its task.
  private func hanging(started: Signal = Signal(), cancelled: Signal) -> MethodHandler {
    .unary { request, context in
      context.onCancel { cancelled.set() }
      await withTaskCancellationHandler {
        let never = Signal()
        context.onCancel { never.set() }
        started.set()
        await never.wait()
      } onCancel: {
        cancelled.set()
      }
      return request
    }
  }
}
