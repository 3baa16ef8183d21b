import NIOCore
import RPC
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A server stream` {
  @Test func `brings all messages in order, then the trailing metadata`() async throws {
    try await withServer(["/test/Count": counting(10_000)]) { _, channel, _ in
      let stream = try await channel.serverStreaming(path: "/test/Count", ByteBuffer())
      var next = 0
      for try await message in stream {
        #expect(message.getInteger(at: 0, as: Int.self) == next)
        next += 1
      }
      #expect(next == 10_000)
      #expect(stream.trailingMetadata["done"] == "yes")
    }
  }

  @Test func `shows its initial metadata before the first message`() async throws {
    let go = Signal()
    let handler = MethodHandler.serverStreaming { _, context, responses in
      context.setInitialMetadata(try Metadata([("early", "1")]))
      try await responses.sendInitialMetadata()
      await go.wait()
      try await responses.write(ByteBuffer(string: "late"))
    }
    try await withServer(["/test/Early": handler]) { _, channel, _ in
      let stream = try await channel.serverStreaming(path: "/test/Early", ByteBuffer())
      #expect(try await stream.initialMetadata()["early"] == "1")
      go.set()
      var iterator = stream.makeAsyncIterator()
      #expect(try await iterator.next() == ByteBuffer(string: "late"))
      #expect(try await iterator.next() == nil)
    }
  }

  @Test func `may be empty`() async throws {
    try await withServer(["/test/Count": counting(0)]) { _, channel, _ in
      let stream = try await channel.serverStreaming(path: "/test/Count", ByteBuffer())
      #expect(try await stream.initialMetadata().isEmpty)
      for try await _ in stream { Issue.record("there is no message") }
      #expect(stream.trailingMetadata["done"] == "yes")
    }
  }

  @Test func `ends with the status thrown after some messages`() async throws {
    let thrown = Status(code: .failedPrecondition, message: "restored", details: [1, 2, 3])
    let handler = MethodHandler.serverStreaming { request, _, responses in
      try await responses.write(request)
      throw thrown
    }
    try await withServer(["/test/Fail": handler]) { _, channel, _ in
      let stream = try await channel.serverStreaming(path: "/test/Fail", ByteBuffer())
      var iterator = stream.makeAsyncIterator()
      #expect(try await iterator.next() != nil)
      let caught = await status { _ = try await iterator.next() }
      #expect(caught == thrown)
    }
  }

  @Test func `stops its writer while nobody reads, and goes on when somebody does`() async throws {
    let written = Atomic(0)
    let count = 200
    let handler = MethodHandler.serverStreaming { _, _, responses in
      for _ in 0..<count {
        try await responses.write(ByteBuffer(repeating: 1, count: 50_000))
        written.add(1, ordering: .relaxed)
      }
    }
    try await withServer(["/test/Big": handler]) { _, channel, _ in
      let stream = try await channel.serverStreaming(path: "/test/Big", ByteBuffer())
      var iterator = stream.makeAsyncIterator()
      #expect(try await iterator.next() != nil)
      // A unary call on another connection gives the stream every chance to run ahead.
      for _ in 0..<50 {
        _ = await status { _ = try await channel.unary(path: "/test/None", ByteBuffer()) }
      }
      // The reader's window, the writer's buffer, and the messages at both ends.
      #expect(written.load(ordering: .relaxed) * 50_000 < 600_000)
      var read = 1
      while try await iterator.next() != nil { read += 1 }
      #expect(read == count)
    }
  }

  @Test func `is cancelled at the server when its reader is dropped`() async throws {
    let cancelled = Signal()
    try await withServer(["/test/Endless": endless(cancelled)]) { _, channel, _ in
      do {
        let stream = try await channel.serverStreaming(path: "/test/Endless", ByteBuffer())
        var iterator = stream.makeAsyncIterator()
        _ = try await iterator.next()
      }
      await cancelled.wait()
    }
  }

  @Test func `ends with CANCELLED when its reading task is cancelled`() async throws {
    let (cancelled, reading) = (Signal(), Signal())
    try await withServer(["/test/Endless": endless(cancelled)]) { _, channel, _ in
      let task = Task {
        for try await _ in try await channel.serverStreaming(path: "/test/Endless", ByteBuffer()) {
          reading.set()
        }
      }
      await reading.wait()
      task.cancel()
      let caught = await status { try await task.value }
      #expect(caught?.code == .cancelled)
      await cancelled.wait()
    }
  }

  @Test func `takes unary methods too, on the connection of the unary calls`() async throws {
    let forwarding = MethodHandler.serverStreaming { request, _, responses in
      try await responses.write(request)
    }
    try await withServer(["/test/Any": forwarding, "/test.Echo/Unary": echo]) { _, channel, _ in
      let answer = try await channel.unary(path: "/test/Any", ByteBuffer(string: "x"))
      #expect(String(buffer: answer.message) == "x")
      let stream = try await channel.serverStreaming(
        path: "/test.Echo/Unary", ByteBuffer(string: "y"),
        options: ClientCallOptions(placement: .withUnaryCalls))
      var texts: [String] = []
      for try await message in stream { texts.append(String(buffer: message)) }
      #expect(texts == ["y"])
    }
  }

  @Test func `can be written from tasks elsewhere`() async throws {
    let handler = MethodHandler.serverStreaming { request, _, responses in
      try await Task.detached {
        for _ in 0..<100 { try await responses.write(request) }
      }.value
    }
    try await withServer(["/test/Elsewhere": handler]) { _, channel, _ in
      let stream = try await channel.serverStreaming(
        path: "/test/Elsewhere", ByteBuffer(repeating: 3, count: 5_000))
      var read = 0
      for try await _ in stream { read += 1 }
      #expect(read == 100)
    }
  }

  @Test func `more than the server's stream limit open further connections`() async throws {
    var limits = Limits()
    limits.concurrentStreams = 2
    let started = Signal()
    let handler = MethodHandler.serverStreaming { _, context, responses in
      try await responses.sendInitialMetadata()
      started.set()
      let never = Signal()
      context.onCancel { never.set() }
      await never.wait()
    }
    try await withServer(["/test/Watch": handler], limits: limits) { _, channel, _ in
      var streams: [ClientResponseStream] = []
      for _ in 0..<10 {
        streams.append(try await channel.serverStreaming(path: "/test/Watch", ByteBuffer()))
      }
      await started.wait(count: 10)
      for stream in streams { stream.cancel() }
    }
  }

  private func counting(_ count: Int) -> MethodHandler {
    .serverStreaming { _, context, responses in
      context.setTrailingMetadata(try Metadata([("done", "yes")]))
      for number in 0..<count { try await responses.write(ByteBuffer(integer: number)) }
    }
  }

  private func endless(_ cancelled: Signal) -> MethodHandler {
    .serverStreaming { _, _, responses in
      do {
        while true { try await responses.write(ByteBuffer(repeating: 0, count: 1_000)) }
      } catch {
        cancelled.set()
        throw error
      }
    }
  }
}
