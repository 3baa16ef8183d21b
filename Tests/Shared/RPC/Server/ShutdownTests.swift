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
