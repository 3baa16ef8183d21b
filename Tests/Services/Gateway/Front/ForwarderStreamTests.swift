import GatewayFront
import Identity
import NIOCore
import RPC
import ServiceKit
import Testing
import Values

@Suite("Forwarder of streams of requests", .timeLimit(.minutes(2)))
struct ForwarderStreamTests {
  /// Answers each request as it comes.
  private static let echo = MethodHandler.bidirectional { requests, context, responses in
    context.setInitialMetadata(try Metadata([("millrace-first", "1")]))
    try await responses.sendInitialMetadata()
    for try await request in requests { try await responses.write(request) }
    context.setTrailingMetadata(try Metadata([("millrace-last", "2")]))
  }

  /// Answers how many requests there were and how long they were together.
  private static let count = MethodHandler.clientStreaming { requests, _ in
    var (count, bytes) = (0, 0)
    for try await request in requests {
      count += 1
      bytes += request.readableBytes
    }
    return ByteBuffer(string: "\(count) \(bytes)")
  }

  private func start(_ backend: Backend) async throws -> ClientStreamingCall {
    try await backend.client.streaming(path: Backend.streamPath, options: backend.options())
  }

  @Test("Many requests go up, one response comes down")
  func clientStreaming() async throws {
    try await Backend.run(Self.count) { backend in
      let call = try await start(backend)
      for _ in 0..<500 { try await call.requests.write(ByteBuffer(repeating: 7, count: 1_000)) }
      let response = try await call.finish()
      #expect(String(buffer: response.message) == "500 500000")
    }
  }

  @Test("Requests and responses take turns, and the metadata of the answer passes")
  func pingPong() async throws {
    try await Backend.run(Self.echo) { backend in
      let call = try await start(backend)
      #expect(try await call.responses.initialMetadata()["millrace-first"] == "1")
      var responses = call.responses.makeAsyncIterator()
      for number in 0..<100 {
        try await call.requests.write(ByteBuffer(string: "\(number)"))
        #expect(try await responses.next().map { String(buffer: $0) } == "\(number)")
      }
      call.requests.finish()
      #expect(try await responses.next() == nil)
      #expect(call.responses.trailingMetadata["millrace-last"] == "2")
    }
  }

  @Test("A stream without any request passes, too")
  func empty() async throws {
    try await Backend.run(Self.count) { backend in
      let response = try await start(backend).finish()
      #expect(String(buffer: response.message) == "0 0")
    }
  }

  @Test("A service that refuses in the middle is heard, however much the caller still has to say")
  func refusedInTheMiddle() async throws {
    let handler = MethodHandler.bidirectional { requests, _, _ in
      for try await _ in requests { break }
      throw Status(code: .failedPrecondition, message: "enough", details: [1])
    }
    try await Backend.run(handler) { backend in
      let call = try await start(backend)
      let writing = Task {
        while true { try await call.requests.write(ByteBuffer(repeating: 7, count: 10_000)) }
      }
      let status = await #expect(throws: Status.self) {
        for try await _ in call.responses {}
      }
      #expect(status?.code == .failedPrecondition && status?.message == "enough")
      await #expect(throws: Status.self) { try await writing.value }
    }
  }

  @Test("A caller that goes away in the middle cancels the call at the service")
  func cancellation() async throws {
    let cancelled = Signal<Bool>()
    let handler = MethodHandler.bidirectional { requests, _, responses in
      do {
        for try await request in requests { try await responses.write(request) }
        cancelled.send(false)
      } catch {
        cancelled.send(true)
        throw error
      }
    }
    try await Backend.run(handler) { backend in
      let call = try await start(backend)
      var responses = call.responses.makeAsyncIterator()
      try await call.requests.write(ByteBuffer(string: "x"))
      _ = try await responses.next()
      call.responses.cancel()
      #expect(await cancelled.value() == true)
    }
  }

  @Test("A slow service holds the caller back: what waits on the way is bounded")
  func slowService() async throws {
    let goesOn = Signal<Void>()
    let handler = MethodHandler.bidirectional { requests, _, responses in
      _ = await goesOn.value()
      var count = 0
      for try await _ in requests { count += 1 }
      try await responses.write(ByteBuffer(string: "\(count)"))
    }
    try await Backend.run(handler) { backend in
      let call = try await start(backend)
      let written = Counter()
      let writing = Task {
        for _ in 0..<1_000 {
          try await call.requests.write(ByteBuffer(repeating: 7, count: 64 << 10))
          written.increment()
        }
        call.requests.finish()
      }
      // Until nothing more is taken: some windows are full then, far from all 64 MiB.
      var before = -1
      while written.value != before || written.value == 0 {
        before = written.value
        try await Task.sleep(for: .milliseconds(300))
      }
      #expect(written.value < 400)
      goesOn.send(())
      try await writing.value
      var responses = call.responses.makeAsyncIterator()
      #expect(try await responses.next().map { String(buffer: $0) } == "1000")
    }
  }

  @Test("Nobody streams to a service without a credential")
  func unauthenticated() async throws {
    try await Backend.run(Self.count) { backend in
      let call = try await backend.client.streaming(path: Backend.streamPath)
      let status = await #expect(throws: Status.self) { try await call.finish() }
      #expect(status?.code == .unauthenticated)
    }
  }
}
