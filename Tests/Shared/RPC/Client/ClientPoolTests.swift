import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A channel's connections` {
  private let group = MultiThreadedEventLoopGroup.singleton

  /// A server that answers with its number.
  private func server(_ number: Int, port: Int = 0) async throws -> (Server, SocketAddress) {
    let server = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: port), group: group
    ) { _ in .unary { _, _ in ByteBuffer(integer: number) } }
    return (server, try await server.start())
  }

  private func answer(_ channel: ClientChannel) async throws -> Int {
    let response = try await channel.unary(path: "/test/Number", ByteBuffer())
    return try #require(response.message.getInteger(at: 0))
  }

  @Test func `spread the calls over all addresses of the server`() async throws {
    var (servers, addresses) = ([Server](), [SocketAddress]())
    for number in 0..<3 {
      let (server, address) = try await server(number)
      servers.append(server)
      addresses.append(address)
    }
    let channel = ClientChannel(to: .addresses(addresses, name: "fleet"), group: group)
    var counts = [0, 0, 0]
    // The first calls go to whoever is connected first.
    while counts.contains(0) { counts[try await answer(channel)] += 1 }
    counts = [0, 0, 0]
    for _ in 0..<300 { counts[try await answer(channel)] += 1 }
    #expect(counts == [100, 100, 100])
    await channel.close()
    for server in servers { await server.shutdown(graceMilliseconds: 0) }
  }

  @Test func `leave an address that is down out, and use it again when it is back`() async throws {
    let (first, firstAddress) = try await server(0)
    let (second, secondAddress) = try await server(1)
    let port = try #require(secondAddress.port)
    let channel = ClientChannel(
      to: .addresses([firstAddress, secondAddress], name: "fleet"), group: group)
    while try await answer(channel) != 1 {}
    await second.shutdown(graceMilliseconds: 0)
    for _ in 0..<50 { #expect(try await answer(channel) == 0) }
    let (third, _) = try await server(2, port: port)
    while try await answer(channel) != 2 {}
    await channel.close()
    await first.shutdown(graceMilliseconds: 0)
    await third.shutdown(graceMilliseconds: 0)
  }

  @Test func `of a host name lead to every address it has`() async throws {
    // localhost may be ::1 too, where nobody listens: that must not fail a call.
    let (server, address) = try await server(7)
    let channel = ClientChannel(
      host: "localhost", port: try #require(address.port), group: group)
    for _ in 0..<20 { #expect(try await answer(channel) == 7) }
    await channel.close()
    await server.shutdown(graceMilliseconds: 0)
  }

  @Test func `of an unknown host name fail with its name`() async throws {
    let channel = ClientChannel(host: "no-such-host.invalid", port: 1, group: group)
    let caught = await status { _ = try await answer(channel) }
    #expect(caught?.code == .unavailable)
    #expect(caught?.message.contains("no-such-host.invalid") == true)
    await channel.close()
  }

  @Test func `become more at the server's stream limit, up to a bound`() async throws {
    var limits = Limits.patient
    limits.concurrentStreams = 2
    let (go, running) = (Signal(), Watched((now: 0, most: 0)))
    let hold = MethodHandler.unary { request, _ in
      running.update {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      await go.wait()
      running.update { $0.now -= 1 }
      return request
    }
    try await withServer(["/test/Hold": hold], limits: limits) { _, channel, _ in
      let calls = (0..<20).map { _ in
        Task { try await channel.unary(path: "/test/Hold", ByteBuffer()) }
      }
      // Four connections of two streams; the other twelve calls wait.
      await running.wait { $0.now == 2 * Limits().callConnections }
      go.set()
      for call in calls { _ = try await call.value }
      #expect(running.value.most == 2 * Limits().callConnections)
    }
  }

  @Test func `take waiting calls when the server allows more streams`() async throws {
    let answer: @Sendable (UInt32) -> [UInt8] = { stream in
      Frames.headers(stream: stream, [(":status", "200"), ("content-type", "application/grpc")])
        + Frames.data(stream: stream, Frames.message("done"), end: false)
        + Frames.headers(stream: stream, [("grpc-status", "0")], end: true)
    }
    try await withRawServer { peer in
      // No stream at first, then as many as anybody likes.
      await peer.handshake(settings: Frames.frame(type: 4, stream: 0, [0, 3, 0, 0, 0, 0]))
      await peer.send(Frames.frame(type: 4, stream: 0, [0, 3, 0, 0, 0, 100]))
      await peer.send(answer(await peer.waitForRequest()))
    } _: { channel, _ in
      let response = try await channel.unary(path: "/a/b", ByteBuffer())
      #expect(String(buffer: response.message) == "done")
    }
  }

  @Test func `for streams are others than those for unary calls`() async throws {
    let handler = MethodHandler.serverStreaming { _, context, responses in
      try await responses.write(ByteBuffer(string: "\(context.peer.address?.port ?? 0)"))
    }
    let unary = MethodHandler.unary { _, context in
      ByteBuffer(string: "\(context.peer.address?.port ?? 0)")
    }
    try await withServer(["/test/Stream": handler, "/test/Unary": unary]) { _, channel, _ in
      let one = try await channel.unary(path: "/test/Unary", ByteBuffer()).message
      let stream = try await channel.serverStreaming(path: "/test/Stream", ByteBuffer())
      var responses = stream.makeAsyncIterator()
      #expect(try await responses.next() != one)
      let again = try await channel.unary(path: "/test/Unary", ByteBuffer()).message
      #expect(again == one)
    }
  }

  @Test func `are waited for by a call that asks for it`() async throws {
    // A port that was free a moment ago; nobody listens there yet.
    let (placeholder, address) = try await server(0)
    let port = try #require(address.port)
    await placeholder.shutdown(graceMilliseconds: 0)
    let channel = ClientChannel(host: "127.0.0.1", port: port, group: group)
    #expect(await status { _ = try await answer(channel) }?.code == .unavailable)
    var options = ClientCallOptions()
    options.waitsForReady = true
    let call = Task { [options] in
      try await channel.unary(path: "/test/Number", ByteBuffer(), options: options)
    }
    let (server, _) = try await server(5, port: port)
    #expect(try await call.value.message.getInteger(at: 0, as: Int.self) == 5)
    await channel.close()
    await server.shutdown(graceMilliseconds: 0)
  }

  @Test func `are waited for until the deadline only`() async throws {
    let (placeholder, address) = try await server(0)
    await placeholder.shutdown(graceMilliseconds: 0)
    let channel = ClientChannel(
      host: "127.0.0.1", port: try #require(address.port), group: group)
    var options = ClientCallOptions(deadline: .after(milliseconds: 300))
    options.waitsForReady = true
    let caught = await status {
      _ = try await channel.unary(path: "/test/Number", ByteBuffer(), options: options)
    }
    #expect(caught?.code == .deadlineExceeded)
    await channel.close()
  }
}

@Suite(.timeLimit(.minutes(1))) struct `A call that the server surely did not process` {
  private static let headers = [(":status", "200"), ("content-type", "application/grpc")]

  private static func answer(_ stream: UInt32) -> [UInt8] {
    Frames.headers(stream: stream, headers)
      + Frames.data(stream: stream, Frames.message("done"), end: false)
      + Frames.headers(stream: stream, [("grpc-status", "0")], end: true)
  }

  @Test func `is sent again when it was refused`() async throws {
    try await withRawServer { peer in
      await peer.handshake()
      await peer.send(Frames.reset(stream: await peer.waitForRequest(1), code: 7))
      await peer.send(Self.answer(await peer.waitForRequest(2)))
    } _: { channel, _ in
      let response = try await channel.unary(path: "/a/b", ByteBuffer(string: "x"))
      #expect(String(buffer: response.message) == "done")
    }
  }

  @Test func `is sent again on another connection when it came after the goodbye`() async throws {
    let connections = Atomic(0)
    try await withRawServer { peer in
      let number = connections.add(1, ordering: .relaxed).newValue
      await peer.handshake()
      let stream = await peer.waitForRequest()
      await peer.send(number == 1 ? Frames.goAway(lastStream: 0) : Self.answer(stream))
    } _: { channel, _ in
      let response = try await channel.unary(path: "/a/b", ByteBuffer(string: "x"))
      #expect(String(buffer: response.message) == "done")
      #expect(connections.load(ordering: .relaxed) == 2)
    }
  }

  @Test func `is sent again with all requests that were written`() async throws {
    let connections = Atomic(0)
    let second = Watched<[UInt8]>([])
    try await withRawServer { peer in
      let number = connections.add(1, ordering: .relaxed).newValue
      await peer.handshake()
      let stream = await peer.waitForRequest()
      guard number == 2 else { return await peer.send(Frames.goAway(lastStream: 0)) }
      await peer.wait { bytes, isClosed in
        isClosed
          || ReceivedFrame.parse(Array(bytes.dropFirst(Frames.preface.count)))
            .contains { $0.type == 0 && $0.flags & 1 != 0 }
      }
      let frames = ReceivedFrame.parse(Array(peer.bytes.dropFirst(Frames.preface.count)))
      second.update { $0 = frames.filter { $0.type == 0 }.flatMap(\.payload) }
      await peer.send(Self.answer(stream))
    } _: { channel, _ in
      let call = try await channel.streaming(path: "/a/b")
      for text in ["one", "two"] { try await call.requests.write(ByteBuffer(string: text)) }
      _ = try await call.finish()
      #expect(second.value == Frames.message("one") + Frames.message("two"))
    }
  }

  @Test func `is not sent again when it may have been processed`() async throws {
    let requests = Watched(0)
    try await withRawServer { peer in
      await peer.handshake()
      let stream = await peer.waitForRequest()
      requests.update { $0 += 1 }
      // Processed, says the goodbye; then the connection is gone.
      await peer.send(Frames.goAway(lastStream: stream))
      await peer.close()
    } _: { channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
      #expect(requests.value == 1)
    }
  }

  @Test func `is not sent again after an answer has begun`() async throws {
    let requests = Watched(0)
    try await withRawServer { peer in
      await peer.handshake()
      let stream = await peer.waitForRequest()
      requests.update { $0 += 1 }
      await peer.send(
        Frames.headers(stream: stream, Self.headers) + Frames.reset(stream: stream, code: 7))
    } _: { channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
      #expect(requests.value == 1)
    }
  }
}
