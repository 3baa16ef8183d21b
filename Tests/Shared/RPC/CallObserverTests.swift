import NIOCore
import RPC
import Testing

/// Remembers how calls of one path end.
private final class Outcomes: CallObserver {
  struct Seen: Sendable {
    var outcome: CallOutcome
    var attachment: String?
  }

  final class Note: Sendable {
    let text: String
    init(_ text: String) { self.text = text }
  }

  let seen = Watched([Seen]())

  func observation(of path: String) -> (@Sendable (CallOutcome) -> Void)? {
    guard path != "/test.Echo/Unwatched" else { return nil }
    return { [seen] outcome in
      let attachment = (outcome.context?.attachment as? Note)?.text
      seen.update { $0.append(Seen(outcome: outcome, attachment: attachment)) }
    }
  }

  /// The outcomes, when there are so many.
  func wait(for count: Int) async -> [Seen] {
    await seen.wait { $0.count >= count }
    return seen.value
  }
}

@Suite(.timeLimit(.minutes(1))) struct `Observers of calls` {
  private static let prefixBytes = 5

  private static let handlers: [String: MethodHandler] = [
    "/test.Echo/Unary": .unary { request, context in
      context.attachment = Outcomes.Note("unary")
      return request
    },
    "/test.Echo/Unwatched": echo,
    "/test.Echo/Refused": .unary { _, _ in
      throw Status(code: .permissionDenied, message: "no")
    },
    "/test.Echo/Failing": .unary { _, _ in throw CancellationError() },
    "/test.Echo/Stream": .bidirectional { requests, _, responses in
      for try await request in requests { try await responses.write(request) }
    },
    "/test.Echo/Waiting": .serverStreaming { _, _, responses in
      try await responses.write(ByteBuffer(string: "here"))
      try await Task.sleep(for: .seconds(3_600))
    },
  ]

  private func run(
    _ body: (_ channel: ClientChannel, _ outcomes: Outcomes) async throws -> Void
  ) async throws {
    let outcomes = Outcomes()
    try await withServer(Self.handlers, server: { $0.observers = [outcomes] }) { _, channel, _ in
      try await body(channel, outcomes)
    }
  }

  @Test func `are told status, bytes, time and what the handler has attached`() async throws {
    try await run { channel, outcomes in
      for path in ["/test.Echo/Unwatched", "/test.Echo/Unary"] {
        _ = try await channel.unary(path: path, ByteBuffer(string: "four"))
      }
      let seen = await outcomes.wait(for: 1)
      #expect(seen.count == 1)
      let outcome = try #require(seen.first?.outcome)
      #expect(outcome.code == .ok)
      #expect(outcome.requestBytes == 4 + Self.prefixBytes)
      #expect(outcome.responseBytes == 4 + Self.prefixBytes)
      #expect(outcome.durationNanoseconds > 0)
      #expect(seen.first?.attachment == "unary")
      #expect(outcome.context?.path == "/test.Echo/Unary")
    }
  }

  @Test(arguments: [
    ("/test.Echo/Refused", StatusCode.permissionDenied), ("/test.Echo/Failing", .unknown),
  ])
  func `are told the status that the caller gets`(path: String, code: StatusCode) async throws {
    try await run { channel, outcomes in
      await #expect(throws: Status.self) {
        try await channel.unary(path: path, ByteBuffer(string: "x"))
      }
      #expect(await outcomes.wait(for: 1).map(\.outcome.code) == [code])
    }
  }

  @Test func `are told of a stream once, with all its messages`() async throws {
    try await run { channel, outcomes in
      let call = try await channel.streaming(path: "/test.Echo/Stream")
      for _ in 0..<10 { try await call.requests.write(ByteBuffer(repeating: 1, count: 100)) }
      call.requests.finish()
      var count = 0
      for try await _ in call.responses { count += 1 }
      #expect(count == 10)
      let seen = await outcomes.wait(for: 1)
      #expect(seen.map(\.outcome.requestBytes) == [10 * (100 + Self.prefixBytes)])
      #expect(seen.map(\.outcome.responseBytes) == [10 * (100 + Self.prefixBytes)])
    }
  }

  @Test func `are told CANCELLED when the caller goes away`() async throws {
    try await run { channel, outcomes in
      let waiting = Task {
        let stream = try await channel.serverStreaming(
          path: "/test.Echo/Waiting", ByteBuffer(string: "x"))
        for try await _ in stream { throw CancellationError() }
      }
      _ = await waiting.result
      #expect(await outcomes.wait(for: 1).map(\.outcome.code) == [.cancelled])
    }
  }
}
