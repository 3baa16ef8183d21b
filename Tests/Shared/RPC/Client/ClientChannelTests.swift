import NIOCore
import NIOPosix
import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A client channel` {
  @Test func `fails with UNAVAILABLE where nobody listens`() async throws {
    let port = try await freePort()
    let channel = ClientChannel(
      host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton)
    for _ in 0..<3 {
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
    }
    await channel.close()
  }

  @Test func `connects again once the server is back`() async throws {
    let port = try await freePort()
    let group = MultiThreadedEventLoopGroup.singleton
    let channel = ClientChannel(host: "127.0.0.1", port: port, group: group)
    _ = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
    for _ in 0..<2 {
      let server = Server(
        configuration: ServerConfiguration(host: "127.0.0.1", port: port), group: group,
        lookup: { _ in echo })
      _ = try await server.start()
      let answer = try await untilAvailable { try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(answer.message.readableBytes == 0)
      await server.shutdown(graceMilliseconds: 0)
    }
    await channel.close()
  }

  @Test func `fails running and later calls when it is closed`() async throws {
    let started = Signal()
    let handler = MethodHandler.unary { request, context in
      let never = Signal()
      context.onCancel { never.set() }
      started.set()
      await never.wait()
      return request
    }
    try await withServer(["/test/Hang": handler]) { _, channel, _ in
      let call = Task { try await channel.unary(path: "/test/Hang", ByteBuffer()) }
      await started.wait()
      await channel.close()
      #expect(await status { _ = try await call.value }?.code == .unavailable)
      let later = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(later?.code == .unavailable)
    }
  }

  @Test func `keeps to the server's stream limit and queues the rest`() async throws {
    var limits = Limits.patient
    limits.concurrentStreams = 1
    try await withServer(limits: limits) { _, channel, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<100 {
          group.addTask { _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer()) }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `ends a queued call at its deadline`() async throws {
    var limits = Limits.patient
    limits.concurrentStreams = 1
    let started = Signal()
    let handler = MethodHandler.unary { request, context in
      let never = Signal()
      context.onCancel { never.set() }
      started.set()
      await never.wait()
      return request
    }
    // With another connection the second call would not be queued for long.
    try await withServer(
      ["/test/Hang": handler], limits: limits, client: { $0.limits.callConnections = 1 }
    ) { _, channel, _ in
      let first = Task { try await channel.unary(path: "/test/Hang", ByteBuffer()) }
      await started.wait()
      let second = await status {
        _ = try await channel.unary(
          path: "/test/Hang", ByteBuffer(),
          options: ClientCallOptions(deadline: .after(milliseconds: 30)))
      }
      #expect(second?.code == .deadlineExceeded)
      #expect(started.count == 1)
      first.cancel()
      _ = await status { _ = try await first.value }
    }
  }

  private func freePort() async throws -> Int {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    try await listener.close()
    return port
  }

  /// Repeats a call while it is UNAVAILABLE, as a caller would; the time limit is the test's.
  private func untilAvailable<Result>(_ call: () async throws -> Result) async throws -> Result {
    while true {
      do {
        return try await call()
      } catch let status as Status where status.code == .unavailable {
        try Task.checkCancellation()
        await Task.yield()
      }
    }
  }
}
