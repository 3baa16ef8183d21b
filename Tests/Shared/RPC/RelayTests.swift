import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

/// Remembers calls without keeping them alive.
private final class Contexts: Sendable {
  private struct Box: @unchecked Sendable {
    // Unchecked: a weak reference to a Sendable object, which the runtime reads and writes atomically.
    weak var context: CallContext?
  }

  private let boxes = Mutex<[Box]>([])
  var aliveCount: Int { boxes.withLock { $0.count { $0.context != nil } } }

  func add(_ context: CallContext) { boxes.withLock { $0.append(Box(context: context)) } }
}

/// A server, and a proxy before it that relays everything.
private final class Proxied: Sendable {
  /// Contexts of calls of which something is left.
  var aliveCount: Int { contexts.aliveCount }
  private let contexts: Contexts
  let begun = Watched(0)
  let ended = Watched(0)
  let server: Server
  let proxy: Server
  let onward: ClientChannel
  let client: ClientChannel

  /// - Parameter loops: how many event loops the proxy has; with several of them its two sides are
  ///   mostly on different ones.
  init(
    _ handlers: [String: MethodHandler], loops: MultiThreadedEventLoopGroup,
    limits: Limits = .patient
  ) async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    server = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: limits), group: group
    ) { handlers[$0] }
    let port = try #require(try await server.start().port)
    let onward = ClientChannel(
      host: "127.0.0.1", port: port, configuration: ClientConfiguration(limits: limits),
      group: loops)
    self.onward = onward
    let (begun, ended, contexts) = (begun, ended, Contexts())
    self.contexts = contexts
    proxy = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: limits), group: loops
    ) { path in
      .relay { context in
        contexts.add(context)
        if context.metadata["refuse"] != nil {
          return .answer { _, _, _ in
            try await Task.sleep(for: .milliseconds(1))
            throw Status(code: .permissionDenied, message: "not you")
          }
        }
        var metadata = Metadata()
        metadata.append("hops", number: 1)
        begun.update { $0 += 1 }
        context.setInitialMetadata(metadata)
        return .pass(
          Relay(
            channel: onward,
            options: ClientCallOptions(
              deadline: context.deadline, metadata: metadata, placement: .withUnaryCalls),
            failure: { status in
              var status = status
              status.message += " (relayed)"
              return status
            }, ended: { ended.update { $0 += 1 } }))
      }
    }
    let proxyPort = try #require(try await proxy.start().port)
    client = ClientChannel(
      host: "127.0.0.1", port: proxyPort, configuration: ClientConfiguration(limits: limits),
      group: group)
  }

  func stop() async {
    await client.close()
    await proxy.shutdown(graceMilliseconds: 0)
    await onward.close()
    await server.shutdown(graceMilliseconds: 0)
  }
}

@Suite(.timeLimit(.minutes(1))) struct `A relay` {
  private static let bigCount = 300
  private static let bigBytes = 20_000

  private static let handlers: [String: MethodHandler] = [
    "/s/Echo": .unary { request, context in
      context.setInitialMetadata(try Metadata([("first", context.metadata["hops"] ?? "none")]))
      context.setTrailingMetadata(try Metadata([("last", "2")]))
      return request
    },
    "/s/Refuse": .unary { _, _ in
      throw Status(
        code: .notFound, message: "nothing", details: [1, 2, 3],
        metadata: try Metadata([("why", "because")]))
    },
    "/s/Many": .serverStreaming { _, _, responses in
      for number in 0..<bigCount {
        try await responses.write(
          ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: bigBytes))
      }
    },
    "/s/None": .serverStreaming { _, _, _ in },
    "/s/Hang": .serverStreaming { _, _, _ in
      try await Task.sleep(for: .seconds(3_600))
    },
  ]

  /// Runs the body with both sides of the proxy on one event loop, and on two.
  private func run(
    _ handlers: [String: MethodHandler] = handlers,
    _ body: (Proxied) async throws -> Void
  ) async throws {
    for threads in [1, 4] {
      let loops = MultiThreadedEventLoopGroup(numberOfThreads: threads)
      let proxied = try await Proxied(handlers, loops: loops)
      let result: Result<Void, any Error>
      do { result = .success(try await body(proxied)) } catch { result = .failure(error) }
      await proxied.stop()
      try await loops.shutdownGracefully()
      try result.get()
    }
  }

  @Test func `passes bytes, metadata and trailers`() async throws {
    try await run { proxied in
      for size in [0, 1, 100, 100_000] {
        let message = ByteBuffer(repeating: 7, count: size)
        let response = try await proxied.client.unary(path: "/s/Echo", message)
        #expect(response.message == message)
        #expect(response.initialMetadata.values("first") == ["1"])
        #expect(response.initialMetadata.values("hops") == ["1"])
        #expect(response.trailingMetadata.values("last") == ["2"])
      }
      await proxied.ended.wait { $0 == 4 }
    }
  }

  @Test func `passes a status with its details, as the proxy words it`() async throws {
    try await run { proxied in
      let status = await #expect(throws: Status.self) {
        try await proxied.client.unary(path: "/s/Refuse", ByteBuffer())
      }
      #expect(status?.code == .notFound)
      #expect(status?.message == "nothing (relayed)")
      #expect(status?.details == [1, 2, 3])
      #expect(status?.metadata["why"] == "because")
      await proxied.ended.wait { $0 == 1 }
    }
  }

  @Test func `answers by itself what it does not pass`() async throws {
    try await run { proxied in
      let options = ClientCallOptions(metadata: try Metadata([("refuse", "1")]))
      let status = await #expect(throws: Status.self) {
        try await proxied.client.unary(path: "/s/Echo", ByteBuffer(), options: options)
      }
      #expect(status?.code == .permissionDenied)
      #expect(proxied.ended.value == 0)
    }
  }

  @Test func `passes a long stream in order to a reader that takes its time`() async throws {
    try await run { proxied in
      let stream = try await proxied.client.serverStreaming(path: "/s/Many", ByteBuffer())
      var count = 0
      for try await message in stream {
        #expect(message.readableBytes == Self.bigBytes)
        #expect(message.readableBytesView.first == UInt8(truncatingIfNeeded: count))
        count += 1
        if count % 50 == 0 { try await Task.sleep(for: .milliseconds(2)) }
      }
      #expect(count == Self.bigCount)
      await proxied.ended.wait { $0 == 1 }
    }
  }

  @Test func `holds a fast server back when its caller does not read`() async throws {
    let written = Watched(0)
    let endless = MethodHandler.serverStreaming { _, _, responses in
      while true {
        try await responses.write(ByteBuffer(repeating: 1, count: Self.bigBytes))
        written.update { $0 += 1 }
      }
    }
    try await run(["/s/Endless": endless]) { proxied in
      written.update { $0 = 0 }
      let stream = try await proxied.client.serverStreaming(path: "/s/Endless", ByteBuffer())
      _ = try await stream.initialMetadata()
      // It comes to a stop: what is on the way is bounded by windows and buffers.
      var last = -1
      while written.value != last {
        last = written.value
        try await Task.sleep(for: .milliseconds(200))
      }
      #expect(last * Self.bigBytes < 20_000_000)
      stream.cancel()
      await proxied.ended.wait { $0 == 1 }
    }
  }

  @Test func `passes a stream without any message`() async throws {
    try await run { proxied in
      var count = 0
      for try await _ in try await proxied.client.serverStreaming(path: "/s/None", ByteBuffer()) {
        count += 1
      }
      #expect(count == 0)
    }
  }

  @Test func `cancels the call at the server when the caller goes away`() async throws {
    let (started, cancelled) = (Watched(0), Watched(0))
    let hang = MethodHandler.unary { request, context in
      started.update { $0 += 1 }
      context.onCancel { cancelled.update { $0 += 1 } }
      try await Task.sleep(for: .seconds(3_600))
      return request
    }
    try await run(["/s/Hang": hang]) { proxied in
      let (begun, gone) = (started.value, cancelled.value)
      let call = Task { try await proxied.client.unary(path: "/s/Hang", ByteBuffer()) }
      await started.wait { $0 > begun }
      call.cancel()
      await cancelled.wait { $0 > gone }
      await proxied.ended.wait { $0 == 1 }
      _ = await call.result
    }
  }

  @Test func `ends with the deadline`() async throws {
    try await run { proxied in
      let status = await #expect(throws: Status.self) {
        for try await _ in try await proxied.client.serverStreaming(
          path: "/s/Hang", ByteBuffer(),
          options: ClientCallOptions(deadline: .after(milliseconds: 100)))
        {}
      }
      #expect(status?.code == .deadlineExceeded)
      // On a busy machine it may have passed before the proxy had the call.
      let begun = proxied.begun.value
      await proxied.ended.wait { $0 == begun }
    }
  }

  @Test func `tells its caller when the server is not there, and when it goes`() async throws {
    try await run { proxied in
      let stream = try await proxied.client.serverStreaming(path: "/s/Hang", ByteBuffer())
      let reading = Task { for try await _ in stream {} }
      // A call after it on the same connection: the first one is under way.
      _ = try await proxied.client.unary(path: "/s/Echo", ByteBuffer())
      await proxied.server.shutdown(graceMilliseconds: 0)
      let broken = await reading.result
      #expect(throws: Status.self) { try broken.get() }
      let status = await #expect(throws: Status.self) {
        try await proxied.client.unary(path: "/s/Echo", ByteBuffer())
      }
      #expect(status?.code == .unavailable)
      await proxied.ended.wait { $0 == 3 }
    }
  }

  @Test func `leaves nothing behind, however its calls ended`() async throws {
    try await run { proxied in
      for _ in 0..<20 {
        _ = try await proxied.client.unary(path: "/s/Echo", ByteBuffer(repeating: 1, count: 1_000))
        _ = try? await proxied.client.unary(path: "/s/Refuse", ByteBuffer())
        let hanging = try await proxied.client.serverStreaming(path: "/s/Hang", ByteBuffer())
        hanging.cancel()
        for try await _ in try await proxied.client.serverStreaming(path: "/s/None", ByteBuffer()) {
        }
      }
      let begun = proxied.begun.value
      await proxied.ended.wait { $0 == begun }
      await proxied.client.close()
      for _ in 0..<200 where proxied.aliveCount > 0 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(proxied.aliveCount == 0)
    }
  }

  @Test func `passes many calls at a time, each to its caller`() async throws {
    try await run { proxied in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<32 {
          group.addTask {
            for number in 0..<50 {
              let text = "\(caller) \(number)"
              let response = try await proxied.client.unary(
                path: "/s/Echo", ByteBuffer(string: text))
              #expect(String(buffer: response.message) == text)
            }
          }
        }
        try await group.waitForAll()
      }
      await proxied.ended.wait { $0 == 32 * 50 }
    }
  }
}
