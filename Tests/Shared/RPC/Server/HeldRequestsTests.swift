import NIOCore
import RPC
import Testing

/// What a connection holds of its requests, and what it gives back.
@Suite(.timeLimit(.minutes(1))) struct `A connection's window` {
  private let counting = MethodHandler.clientStreaming { requests, _ in
    var bytes = 0
    for try await request in requests { bytes += request.readableBytes }
    return ByteBuffer(integer: bytes)
  }

  @Test func `lets a streamed message of full size through`() async throws {
    try await withServer(["/test/Count": counting]) { _, channel, _ in
      let call = try await channel.streaming(path: "/test/Count")
      let size = Limits().messageBytes
      for _ in 0..<3 { try await call.requests.write(ByteBuffer(repeating: 1, count: size)) }
      let response = try await call.finish()
      #expect(response.message.getInteger(at: 0, as: Int.self) == 3 * size)
    }
  }

  @Test func `lets many messages through that arrive in turns`() async throws {
    try await withServer(["/test/Count": counting]) { _, channel, _ in
      try await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 0..<32 {
          group.addTask {
            let call = try await channel.streaming(path: "/test/Count")
            try await call.requests.write(ByteBuffer(repeating: 1, count: 100_000))
            return try await call.finish().message.getInteger(at: 0)
          }
        }
        for try await bytes in group { #expect(bytes == 100_000) }
      }
    }
  }

  @Test func `is not kept by large requests that are being worked on`() async throws {
    let (started, go) = (Signal(), Signal())
    let hold = MethodHandler.unary { request, _ in
      started.set()
      await go.wait()
      return ByteBuffer(integer: request.readableBytes)
    }
    try await withServer(["/test/Hold": hold, "/test/Count": counting]) { _, channel, _ in
      // On one connection, whatever the kind of the calls.
      let options = ClientCallOptions(placement: .withUnaryCalls)
      let held = Task {
        try await channel.unary(path: "/test/Hold", ByteBuffer(repeating: 1, count: 3 << 20))
      }
      await started.wait()
      let call = try await channel.streaming(path: "/test/Count", options: options)
      for _ in 0..<1_000 {
        try await call.requests.write(ByteBuffer(repeating: 1, count: 10_000))
      }
      let response = try await call.finish()
      #expect(response.message.getInteger(at: 0, as: Int.self) == 10_000_000)
      go.set()
      _ = try await held.value
    }
  }

  @Test func `is given back when calls are given up that nobody read`() async throws {
    let started = Signal()
    let never = MethodHandler.clientStreaming { _, context in
      let cancelled = Signal()
      context.onCancel { cancelled.set() }
      started.set()
      await cancelled.wait()
      return ByteBuffer()
    }
    try await withServer(["/test/Never": never, "/test/Count": counting]) { _, channel, _ in
      for round in 1...10 {
        var calls: [ClientStreamingCall] = []
        for _ in 0..<8 { calls.append(try await channel.streaming(path: "/test/Never")) }
        await started.wait(count: 8 * round)
        let writers = calls.map { call in
          Task {
            while true { try await call.requests.write(ByteBuffer(repeating: 1, count: 50_000)) }
          }
        }
        for _ in 0..<20 {
          _ = await status { _ = try await channel.unary(path: "/test/None", ByteBuffer()) }
        }
        for call in calls { call.responses.cancel() }
        for writer in writers { _ = await writer.result }
      }
      let call = try await channel.streaming(path: "/test/Count")
      for _ in 0..<200 { try await call.requests.write(ByteBuffer(repeating: 1, count: 50_000)) }
      let response = try await call.finish()
      #expect(response.message.getInteger(at: 0, as: Int.self) == 10_000_000)
    }
  }

  @Test func `does not let empty messages pile up without end`() async throws {
    let never = MethodHandler.clientStreaming { _, context in
      let cancelled = Signal()
      context.onCancel { cancelled.set() }
      await cancelled.wait()
      return ByteBuffer()
    }
    try await withServer(["/test/Never": never, "/test.Echo/Unary": echo]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      let empty = (0..<3_000).flatMap { (_: Int) -> [UInt8] in Frames.message("") }
      await peer.send(
        Frames.preface + Frames.settings + Frames.settingsAcknowledgement
          + Frames.headers(stream: 1, Frames.call(path: "/test/Never")))
      for _ in 0..<17 { await peer.send(Frames.data(stream: 1, empty, end: false)) }
      let answer = try #require(await peer.wait { $0.type == 1 && $0.stream == 1 })
      #expect(try HeaderReader.read(peer.frames, upTo: answer)["grpc-status"] == "8")
      await peer.close()
      try await expectHonestCallSucceeds(port)
    }
  }
}
