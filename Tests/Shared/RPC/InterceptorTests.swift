import NIOCore
import NIOPosix
import RPC
import Testing

/// Adds its name to a list in the metadata, and lets nobody named "stranger" pass.
private struct ServerStamp: ServerInterceptor {
  let name: String

  func intercept(_ handler: MethodHandler, path: String) -> MethodHandler {
    guard case .unary(let answer) = handler else { return handler }
    return .unary { request, context in
      if context.metadata["caller"] == "stranger" {
        throw Status(code: .permissionDenied, message: "\(name) does not know you")
      }
      var response = try await answer(request, context)
      response.writeString(" \(name)")
      return response
    }
  }
}

private struct ClientStamp: ClientInterceptor {
  let name: String

  func unary(
    _ request: ClientRequest, _ message: ByteBuffer,
    next: @Sendable (ClientRequest, ByteBuffer) async throws(Status) -> UnaryResponse
  ) async throws(Status) -> UnaryResponse {
    var message = message
    message.writeString(" \(name)")
    return try await next(request, message)
  }

  func streaming(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(Status) -> ClientStreamingCall
  ) async throws(Status) -> ClientStreamingCall {
    guard request.path != "/test/Forbidden" else {
      throw Status(code: .permissionDenied, message: "not from here")
    }
    var request = request
    request.options.deadline = .after(milliseconds: 30_000)
    return try await next(request)
  }
}

@Suite(.timeLimit(.minutes(1))) struct `Interceptors` {
  @Test func `of a server see a call from the outermost in, and its answer the other way round`()
    async throws
  {
    try await withServer(server: {
      $0.interceptors = [ServerStamp(name: "outer"), ServerStamp(name: "inner")]
    }) { _, channel, _ in
      let response = try await channel.unary(
        path: "/test.Echo/Unary", ByteBuffer(string: "call"))
      #expect(String(buffer: response.message) == "call inner outer")
    }
  }

  @Test func `of a server may refuse a call`() async throws {
    try await withServer(server: { $0.interceptors = [ServerStamp(name: "door")] }) {
      _, channel, _ in
      let options = ClientCallOptions(metadata: try Metadata([("caller", "stranger")]))
      let caught = await status {
        _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer(), options: options)
      }
      #expect(caught == Status(code: .permissionDenied, message: "door does not know you"))
    }
  }

  @Test func `of a client change what is sent, the first one first`() async throws {
    try await withServer(client: {
      $0.interceptors = [ClientStamp(name: "first"), ClientStamp(name: "second")]
    }) { _, channel, _ in
      let response = try await channel.unary(
        path: "/test.Echo/Unary", ByteBuffer(string: "call"))
      #expect(String(buffer: response.message) == "call first second")
    }
  }

  @Test func `of a client see streams too`() async throws {
    let deadline = MethodHandler.serverStreaming { request, context, responses in
      #expect(context.deadline != .none)
      try await responses.write(request)
    }
    try await withServer(
      ["/test/Stream": deadline], client: { $0.interceptors = [ClientStamp(name: "x")] }
    ) { _, channel, _ in
      let stream = try await channel.serverStreaming(
        path: "/test/Stream", ByteBuffer(string: "m"))
      var responses = stream.makeAsyncIterator()
      #expect(try await responses.next() == ByteBuffer(string: "m"))
      let caught = await status { _ = try await channel.streaming(path: "/test/Forbidden") }
      #expect(caught?.code == .permissionDenied)
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct `A stream through an interceptor` {
  @Test func `keeps the status of a call that fails before it begins`() async throws {
    var configuration = ClientConfiguration()
    configuration.interceptors = [ClientStamp(name: "x")]
    let channel = ClientChannel(
      host: "no-such-host.invalid", port: 1, configuration: configuration,
      group: MultiThreadedEventLoopGroup.singleton)
    for _ in 0..<3 {
      let stream = try await channel.serverStreaming(path: "/a/b", ByteBuffer())
      let caught = await status { for try await _ in stream {} }
      #expect(caught?.code == .unavailable)
    }
    await channel.close()
  }
}

@Suite(.timeLimit(.minutes(1))) struct `An onward call` {
  /// Calls another method for its caller.
  private func relay(_ channel: @escaping @Sendable () -> ClientChannel?, to path: String)
    -> MethodHandler
  {
    .unary { request, context in
      guard let channel = channel() else { return request }
      return try await channel.unary(
        path: path, request, options: ClientCallOptions(onwardFrom: context)
      ).message
    }
  }

  @Test func `has what is left of the caller's time`() async throws {
    let onward = Watched<ClientChannel?>(nil)
    let left = MethodHandler.unary { _, context in
      ByteBuffer(integer: context.deadline.remainingNanoseconds ?? -1)
    }
    try await withServer([
      "/test/Relay": relay({ onward.value }, to: "/test/Left"), "/test/Left": left,
    ]) { _, channel, _ in
      onward.update { $0 = channel }
      let response = try await channel.unary(
        path: "/test/Relay", ByteBuffer(),
        options: ClientCallOptions(deadline: .after(milliseconds: 50_000)))
      let nanoseconds = try #require(response.message.getInteger(at: 0, as: Int64.self))
      #expect(nanoseconds > 0 && nanoseconds <= 50_000_000_000)
      let without = try await channel.unary(path: "/test/Relay", ByteBuffer())
      #expect(without.message.getInteger(at: 0, as: Int64.self) == -1)
    }
  }

  @Test func `ends when the caller gives up, also outside the handler's task`() async throws {
    let (onward, started, cancelled) = (Watched<ClientChannel?>(nil), Signal(), Signal())
    let hang = MethodHandler.unary { request, context in
      let never = Signal()
      context.onCancel {
        cancelled.set()
        never.set()
      }
      started.set()
      await never.wait()
      return request
    }
    let detached = MethodHandler.unary { request, context in
      guard let channel = onward.value else { return request }
      let call = Task.detached {
        try await channel.unary(
          path: "/test/Hang", request, options: ClientCallOptions(onwardFrom: context))
      }
      return try await call.value.message
    }
    try await withServer(["/test/Relay": detached, "/test/Hang": hang]) { _, channel, _ in
      onward.update { $0 = channel }
      let call = Task { try await channel.unary(path: "/test/Relay", ByteBuffer()) }
      await started.wait()
      call.cancel()
      await cancelled.wait()
    }
  }
}
