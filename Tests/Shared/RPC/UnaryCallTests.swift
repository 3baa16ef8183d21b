import NIOCore
import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A unary call` {
  @Test func `brings the request there and the response back`() async throws {
    try await withServer { _, channel, _ in
      for count in [0, 1, 244, 16_384, 300_000, 4 << 20] {
        let message = ByteBuffer(repeating: 7, count: count)
        let response = try await channel.unary(path: "/test.Echo/Unary", message)
        #expect(response.message == message, "\(count) bytes")
      }
    }
  }

  @Test func `shares one connection with many others at the same time`() async throws {
    try await withServer { _, channel, _ in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<500 {
          group.addTask {
            let message = ByteBuffer(string: "message \(number)")
            return try await channel.unary(path: "/test.Echo/Unary", message).message == message
          }
        }
        for try await isEqual in group { #expect(isEqual) }
      }
    }
  }

  @Test func `carries metadata both ways`() async throws {
    let handler = MethodHandler.unary { request, context in
      var initial = Metadata()
      try initial.append("seen", context.metadata["x-text"] ?? "nothing")
      context.setInitialMetadata(initial)
      var trailing = Metadata()
      try trailing.append("seen-bin", binary: context.metadata[binary: "x-bin"] ?? [])
      context.setTrailingMetadata(trailing)
      return request
    }
    try await withServer(["/test/Metadata": handler]) { _, channel, _ in
      var options = ClientCallOptions()
      try options.metadata.append("X-Text", "some text")
      try options.metadata.append("x-bin", binary: [0, 1, 255])
      for _ in 0..<3 {
        let response = try await channel.unary(
          path: "/test/Metadata", ByteBuffer(), options: options)
        #expect(response.initialMetadata["seen"] == "some text")
        #expect(response.trailingMetadata[binary: "seen-bin"] == [0, 1, 255])
      }
    }
  }

  @Test func `does not see the metadata of the call before it`() async throws {
    let handler = MethodHandler.unary { _, context in
      ByteBuffer(string: context.metadata["x"] ?? "nothing")
    }
    try await withServer(["/test/Metadata": handler]) { _, channel, _ in
      for text in ["1", nil, "2", "2", nil] {
        var options = ClientCallOptions()
        if let text { try options.metadata.append("x", text) }
        let response = try await channel.unary(
          path: "/test/Metadata", ByteBuffer(), options: options)
        #expect(String(buffer: response.message) == text ?? "nothing")
      }
    }
  }

  @Test(arguments: 1...16) func `fails with the status its handler throws`(code: Int) async throws {
    let thrown = Status(
      code: StatusCode(rawValue: code), message: "Größe 100%\nnot valid", details: [8, 3, 0, 255],
      metadata: try Metadata([("reason", "test")]))
    try await withServer(["/test/Fail": .unary { _, _ in throw thrown }]) { _, channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/test/Fail", ByteBuffer()) }
      #expect(caught == thrown)
    }
  }

  @Test func `fails with one block of headers, which holds the initial metadata too`() async throws
  {
    let handler = MethodHandler.unary { _, context in
      context.setInitialMetadata(try Metadata([("a", "1")]))
      throw Status(code: .aborted, message: "lost")
    }
    try await withServer(["/test/Fail": handler]) { _, channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/test/Fail", ByteBuffer()) }
      let metadata = try Metadata([("a", "1")])
      #expect(caught == Status(code: .aborted, message: "lost", metadata: metadata))
    }
  }

  @Test(arguments: [(5_000, 0), (0, 20_000), (100_000, 100_000)])
  func `fails with its code also when its status is larger than the caller takes`(
    message: Int, details: Int
  ) async throws {
    let thrown = Status(
      code: .invalidArgument, message: String(repeating: "m", count: message),
      details: [UInt8](repeating: 1, count: details))
    try await withServer(["/test/Fail": .unary { _, _ in throw thrown }]) { _, channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/test/Fail", ByteBuffer()) }
      #expect(caught?.code == .invalidArgument)
      #expect(caught?.message.contains("shortened") == true)
    }
  }

  @Test func `fails when its metadata is larger than HTTP/2 can carry`() async throws {
    let handler = MethodHandler.unary { request, context in
      context.setInitialMetadata(
        try Metadata([("x", String(repeating: "y", count: 100_000))]))
      return request
    }
    try await withServer(["/test/Large": handler, "/test.Echo/Unary": echo]) { _, channel, port in
      let caught = await status { _ = try await channel.unary(path: "/test/Large", ByteBuffer()) }
      #expect(caught?.code == .internalError)
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test func `fails with UNKNOWN and no inner text when its handler throws something else`()
    async throws
  {
    struct Secret: Error {}
    try await withServer(["/test/Fail": .unary { _, _ in throw Secret() }]) { _, channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/test/Fail", ByteBuffer()) }
      #expect(caught == Status(code: .unknown, message: "the handler failed"))
    }
  }

  @Test func `of a method that is not there is UNIMPLEMENTED`() async throws {
    try await withServer { _, channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/test/No", ByteBuffer()) }
      #expect(caught?.code == .unimplemented)
      #expect(caught?.message == "there is no method /test/No")
    }
  }

  @Test func `with a message over the limit is RESOURCE_EXHAUSTED on either side`() async throws {
    var limits = Limits()
    limits.messageBytes = 1_000
    let long = MethodHandler.unary { _, _ in ByteBuffer(repeating: 0, count: (4 << 20) + 1) }
    try await withServer(
      ["/test.Echo/Unary": echo, "/test/Long": long], limits: limits
    ) { _, channel, port in
      let tooLong = await status {
        _ = try await channel.unary(
          path: "/test.Echo/Unary", ByteBuffer(repeating: 0, count: 1_001))
      }
      #expect(tooLong?.code == .resourceExhausted)
      let answerTooLong = await status {
        _ = try await channel.unary(path: "/test/Long", ByteBuffer())
      }
      #expect(answerTooLong?.code == .resourceExhausted)
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test func `with headers over the limit is RESOURCE_EXHAUSTED`() async throws {
    try await withServer { _, channel, port in
      var options = ClientCallOptions()
      try options.metadata.append("x", String(repeating: "y", count: 9_000))
      let caught = await status {
        _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer(), options: options)
      }
      #expect(caught?.code == .resourceExhausted)
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test func `may suspend elsewhere and still answers`() async throws {
    let handler = MethodHandler.unary { request, _ in
      await Task.detached {}.value
      return request
    }
    try await withServer(["/test/Suspend": handler]) { _, channel, _ in
      let response = try await channel.unary(path: "/test/Suspend", ByteBuffer(string: "x"))
      #expect(String(buffer: response.message) == "x")
    }
  }

  @Test func `runs its handler on the event loop of the connection`() async throws {
    let handler = MethodHandler.unary { request, context in
      context.eventLoop.preconditionInEventLoop()
      await Task.detached {}.value
      context.eventLoop.preconditionInEventLoop()
      return request
    }
    try await withServer(["/test/Loop": handler]) { _, channel, _ in
      _ = try await channel.unary(path: "/test/Loop", ByteBuffer())
    }
  }
}
