import NIOCore
import RPC
import Testing

/// Client streaming and both ways.
@Suite(.timeLimit(.minutes(1))) struct `A stream of requests` {
  /// Answers with the number of requests and the sum of their bytes.
  private let counting = MethodHandler.clientStreaming { requests, _ in
    var (count, bytes) = (0, 0)
    for try await request in requests {
      count += 1
      bytes += request.readableBytes
    }
    return ByteBuffer(string: "\(count) \(bytes)")
  }

  /// Answers each request with itself.
  private let echoing = MethodHandler.bidirectional { requests, _, responses in
    for try await request in requests { try await responses.write(request) }
  }

  @Test func `is answered by one response when it ends`() async throws {
    try await withServer(["/test/Count": counting]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Count")
      for size in [0, 1, 70_000, 300_000] {
        try await call.requests.write(ByteBuffer(repeating: 7, count: size))
      }
      let response = try await call.finish()
      #expect(String(buffer: response.message) == "4 370001")
    }
  }

  @Test func `may be empty`() async throws {
    try await withServer(["/test/Count": counting, "/test/Echo": echoing]) { _, channel, _ in
      let counted = try await channel.streaming(path: "/test/Count").finish()
      #expect(String(buffer: counted.message) == "0 0")
      let call = try await channel.streaming(path: "/test/Echo")
      call.requests.finish()
      for try await _ in call.responses { Issue.record("there is no response") }
    }
  }

  @Test func `and one of responses go on at the same time`() async throws {
    try await withServer(["/test/Echo": echoing]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Echo")
      var responses = call.responses.makeAsyncIterator()
      for number in 0..<2_000 {
        let text = String(repeating: "x", count: number % 97)
        try await call.requests.write(ByteBuffer(string: text))
        #expect(try await responses.next() == ByteBuffer(string: text))
      }
      call.requests.finish()
      #expect(try await responses.next() == nil)
    }
  }

  @Test func `passes through in bulk, in order, while somebody reads`() async throws {
    try await withServer(["/test/Echo": echoing]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Echo")
      let writing = Task {
        for number in 0..<20_000 { try await call.requests.write(ByteBuffer(integer: number)) }
        call.requests.finish()
      }
      var next = 0
      for try await response in call.responses {
        #expect(response.getInteger(at: 0, as: Int.self) == next)
        next += 1
      }
      #expect(next == 20_000)
      try await writing.value
    }
  }

  @Test func `stops its writer while the handler does not read`() async throws {
    let (go, written) = (Signal(), Watched(0))
    let handler = MethodHandler.clientStreaming { requests, _ in
      await go.wait()
      var count = 0
      for try await _ in requests { count += 1 }
      return ByteBuffer(integer: count)
    }
    try await withServer(["/test/Late": handler, "/test.Echo/Unary": echo]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Late")
      let writing = Task {
        for _ in 0..<200 {
          try await call.requests.write(ByteBuffer(repeating: 1, count: 50_000))
          written.update { $0 += 1 }
        }
      }
      for _ in 0..<50 { _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer()) }
      // The server's window, the writer's queue, and the messages at both ends.
      #expect(written.value * 50_000 < 600_000)
      go.set()
      try await writing.value
      let response = try await call.finish()
      #expect(response.message.getInteger(at: 0, as: Int.self) == 200)
    }
  }

  @Test func `may be answered before it ends`() async throws {
    let handler = MethodHandler.clientStreaming { requests, _ in
      var first = requests.makeAsyncIterator()
      return try await first.next() ?? ByteBuffer()
    }
    try await withServer(["/test/First": handler]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/First")
      try await call.requests.write(ByteBuffer(string: "first"))
      var responses = call.responses.makeAsyncIterator()
      #expect(try await responses.next() == ByteBuffer(string: "first"))
      #expect(try await responses.next() == nil)
      let late = await status { try await call.requests.write(ByteBuffer(string: "late")) }
      #expect(late?.code == .cancelled)
    }
  }

  @Test func `may be refused before it ends, with the reason`() async throws {
    let handler = MethodHandler.bidirectional { _, _, _ in
      throw Status(code: .permissionDenied, message: "not you")
    }
    try await withServer(["/test/Refuse": handler]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Refuse")
      var responses = call.responses.makeAsyncIterator()
      let refused = await status { _ = try await responses.next() }
      #expect(refused == Status(code: .permissionDenied, message: "not you"))
    }
  }

  @Test func `fails its reader with CANCELLED when the caller is gone`() async throws {
    let (started, caught) = (Signal(), Watched<Status?>(nil))
    let handler = MethodHandler.clientStreaming { requests, _ in
      started.set()
      do {
        for try await _ in requests {}
      } catch let status as Status {
        caught.update { $0 = status }
      }
      return ByteBuffer()
    }
    try await withServer(["/test/Read": handler]) { _, channel, _ in
      do {
        let call = try await channel.streaming(path: "/test/Read")
        try await call.requests.write(ByteBuffer(string: "x"))
        await started.wait()
      }
      await caught.wait { $0 != nil }
      #expect(caught.value?.code == .cancelled)
    }
  }

  @Test func `fails its reader with DEADLINE_EXCEEDED when the time is over`() async throws {
    let caught = Watched<Status?>(nil)
    let handler = MethodHandler.clientStreaming { requests, _ in
      do {
        for try await _ in requests {}
      } catch let status as Status {
        caught.update { $0 = status }
      }
      return ByteBuffer()
    }
    try await withServer(["/test/Read": handler]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(
            stream: 1, Frames.call(path: "/test/Read", adding: [("grpc-timeout", "50m")])))
      await caught.wait { $0 != nil }
      #expect(caught.value?.code == .deadlineExceeded || caught.value?.code == .cancelled)
      _ = await peer.wait { $0.type == 1 && $0.flags & 1 != 0 }
      await peer.close()
    }
  }

  @Test func `ends its one reader's wait when the reading task alone is cancelled`() async throws {
    let handler = MethodHandler.bidirectional { requests, _, responses in
      let reading = Task {
        var iterator = requests.makeAsyncIterator()
        return try await iterator.next()
      }
      reading.cancel()
      let failure = await reading.result
      guard case .failure(let error as Status) = failure else { return }
      try await responses.write(ByteBuffer(string: "\(error.code)"))
    }
    try await withServer(["/test/Cancel": handler]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Cancel")
      var responses = call.responses.makeAsyncIterator()
      #expect(try await responses.next() == ByteBuffer(string: "CANCELLED"))
    }
  }

  @Test func `with a message over the limit is refused, whatever came before`() async throws {
    var limits = Limits.patient
    limits.messageBytes = 1_000
    try await withServer(["/test/Count": counting], limits: limits) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Count")
      try await call.requests.write(ByteBuffer(repeating: 0, count: 1_000))
      try await call.requests.write(ByteBuffer(repeating: 0, count: 1_001))
      #expect(await status { _ = try await call.finish() }?.code == .resourceExhausted)
    }
  }

  @Test func `that ends inside a message fails its reader`() async throws {
    let caught = Watched<Status?>(nil)
    let handler = MethodHandler.clientStreaming { requests, _ in
      do {
        for try await _ in requests {}
      } catch let status as Status {
        caught.update { $0 = status }
        throw status
      }
      return ByteBuffer()
    }
    try await withServer(["/test/Read": handler]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(stream: 1, Frames.call(path: "/test/Read"))
          + Frames.data(stream: 1, [0, 0, 0, 0, 9, 1]))
      await caught.wait { $0 != nil }
      #expect(caught.value?.code == .internalError)
      await peer.close()
    }
  }
}
