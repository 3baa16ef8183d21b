import NIOCore
import NIOPosix
import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A server that shuts down` {
  @Test func `lets the running calls end and says goodbye`() async throws {
    let (started, go) = (Signal(), Signal())
    let handler = MethodHandler.unary { request, _ in
      started.set()
      await go.wait()
      return request
    }
    try await withServer(["/test/Slow": handler]) { server, channel, port in
      let call = Task { try await channel.unary(path: "/test/Slow", ByteBuffer(string: "x")) }
      await started.wait()
      let idle = try await RawPeer.connect(port)
      await idle.send(Frames.preface + Frames.settings)
      _ = await idle.wait { $0.type == 4 }
      let shutdown = Task { await server.shutdown(graceMilliseconds: 60_000) }
      let goAway = await idle.wait { $0.type == ReceivedFrame.goAway }
      #expect(goAway?.errorCode == 0)
      go.set()
      #expect(String(buffer: try await call.value.message) == "x")
      await shutdown.value
      #expect(idle.isClosed || goAway != nil)
    }
  }

  @Test func `refuses new connections`() async throws {
    try await withServer { server, channel, _ in
      _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      await server.shutdown(graceMilliseconds: 1_000)
      let caught = await status {
        _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      }
      #expect(caught?.code == .unavailable)
    }
  }

  @Test func `cancels what still runs after the grace and answers UNAVAILABLE`() async throws {
    let (started, cancelled) = (Signal(), Signal())
    let handler = MethodHandler.unary { request, context in
      context.onCancel { cancelled.set() }
      started.set()
      await cancelled.wait()
      return request
    }
    try await withServer(["/test/Slow": handler]) { server, channel, _ in
      let call = Task { try await channel.unary(path: "/test/Slow", ByteBuffer()) }
      await started.wait()
      await server.shutdown(graceMilliseconds: 10)
      let caught = await status { _ = try await call.value }
      #expect(caught?.code == .unavailable)
      #expect(cancelled.count == 1)
    }
  }

  @Test func `runs no call that it says it has not taken`() async throws {
    let called = Signal()
    let handler = MethodHandler.unary { request, _ in
      called.set()
      return request
    }
    try await withServer(["/test/Call": handler]) { server, _, port in
      let peer = try await RawPeer.connect(port)
      let call = Frames.call(path: "/test/Call")
      await peer.send(
        Frames.preface + Frames.settings + Frames.headers(stream: 1, call))
      _ = await peer.wait { $0.type == 4 }
      let shutdown = Task { await server.shutdown(graceMilliseconds: 60_000) }
      let ping = try #require(await peer.wait { $0.type == 6 })
      // The answer makes the server say its goodbye; the next call comes in the same read.
      await peer.send(
        Frames.frame(type: 6, flags: 1, stream: 0, ping.payload)
          + Frames.headers(stream: 3, call) + Frames.data(stream: 3, Frames.message("late"))
          + Frames.data(stream: 1, Frames.message("early")))
      let goodbye = await peer.wait {
        $0.type == ReceivedFrame.goAway && $0.payload.prefix(4) == [0, 0, 0, 1]
      }
      #expect(goodbye != nil, "\(peer.frames)")
      await shutdown.value
      #expect(called.count == 1)
    }
  }

  @Test func `is done in time whatever a peer does not read`() async throws {
    let big = MethodHandler.serverStreaming { _, _, responses in
      while true { try await responses.write(ByteBuffer(repeating: 0, count: 60_000)) }
    }
    var limits = Limits.patient
    limits.stalledWriteMilliseconds = 1_000
    try await withServer(["/test/Big": big], limits: limits) { server, _, port in
      let peer = try await RawPeer.connect(port)
      try await peer.setReading(false)
      // Windows as wide as they get, so that it is the socket that stands still.
      let wide: [UInt8] = [0, 4, 0x7F, 0xFF, 0xFF, 0xFF]
      await peer.send(
        Frames.preface + Frames.frame(type: 4, stream: 0, wide)
          + Frames.frame(type: 8, stream: 0, [0x7F, 0, 0, 0])
          + Frames.headers(stream: 1, Frames.call(path: "/test/Big"))
          + Frames.data(stream: 1, Frames.message("x")))
      try await expectHonestCallIsAnswered(port)
      await server.shutdown(graceMilliseconds: 10)
      await peer.close()
    }
  }

  private func expectHonestCallIsAnswered(_ port: Int) async throws {
    let channel = ClientChannel(
      host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton)
    let caught = await status { _ = try await channel.unary(path: "/test/None", ByteBuffer()) }
    #expect(caught?.code == .unimplemented)
    await channel.close()
  }

  @Test func `that was never started is no trouble`() async {
    let server = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0),
      group: MultiThreadedEventLoopGroup.singleton, lookup: { _ in nil })
    await server.shutdown(graceMilliseconds: 0)
  }

  @Test func `leaves the port to the next one`() async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let first = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group,
      lookup: { _ in echo })
    let port = try #require(try await first.start().port)
    await first.shutdown(graceMilliseconds: 0)
    let second = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: port), group: group,
      lookup: { _ in echo })
    #expect(try await second.start().port == port)
    await second.shutdown(graceMilliseconds: 0)
  }
}
