import Contracts
import NIOCore
import Protobuf
import RPC
import Testing

@testable import ServiceKit

/// Calls with streams of requests, through a server on loopback. A message is a text here.
@Suite("A generated client's call", .timeLimit(.minutes(1)))
struct RPCCallerTests {
  private typealias Text = Grpc.Health.V1.HealthCheckRequest

  private static let join = Method<Text, Text>(
    service: "test.Texts", name: "Join", kind: .clientStreaming)
  private static let echo = Method<Text, Text>(
    service: "test.Texts", name: "Echo", kind: .bidirectionalStreaming)
  /// Refuses without reading anything.
  private static let refuse = Method<Text, Text>(
    service: "test.Texts", name: "Refuse", kind: .clientStreaming)

  private static func text(_ message: ByteBuffer) throws -> String {
    let text: Text = try MessageCoding.decode(message)
    return text.service
  }

  private static func message(_ text: String) throws -> ByteBuffer {
    try MessageCoding.encode(Text.with { $0.service = text })
  }

  private func run(_ body: (RPCCaller) async throws -> Void) async throws {
    try await withServer(
      { path in
        switch path {
        case Self.join.path:
          .clientStreaming { requests, _ in
            var texts: [String] = []
            for try await request in requests { texts.append(try Self.text(request)) }
            return try Self.message(texts.joined(separator: " "))
          }
        case Self.echo.path:
          .bidirectional { requests, _, responses in
            for try await request in requests {
              let text = try Self.text(request)
              if text == "stop" { throw ErrorDetails.status(.shuttingDown) }
              try await responses.write(Self.message(text))
            }
          }
        case Self.refuse.path:
          .clientStreaming { _, _ in throw ErrorDetails.status(.notSystemOfRecord) }
        default: nil
        }
      }, body)
  }

  @Test func `may have many requests and one response`() async throws {
    try await run { caller in
      let call = try await caller.clientStreaming(Self.join, .init())
      for text in ["a", "b", "c"] { try await call.requests.write(.with { $0.service = text }) }
      #expect(try await call.response().service == "a b c")
    }
  }

  @Test func `may have no request at all`() async throws {
    try await run { caller in
      let call = try await caller.clientStreaming(Self.join, .init())
      #expect(try await call.response().service == "")
    }
  }

  @Test func `tells why it was refused although the requests were not read`() async throws {
    try await run { caller in
      let call = try await caller.clientStreaming(Self.refuse, .init())
      let refused = await #expect(throws: Refusal.self) { try await call.response() }
      #expect(refused == .notSystemOfRecord)
      let late = await #expect(throws: Refusal.self) {
        try await call.requests.write(.with { $0.service = "late" })
      }
      #expect(late?.code == .cancelled)
    }
  }

  @Test func `may go back and forth and end with a refusal`() async throws {
    try await run { caller in
      let call = try await caller.bidirectionalStreaming(Self.echo, .init())
      var responses = call.responses.makeAsyncIterator()
      for text in ["a", "b"] {
        try await call.requests.write(.with { $0.service = text })
        #expect(try await responses.next()?.service == text)
      }
      try await call.requests.write(.with { $0.service = "stop" })
      let refused = await #expect(throws: Refusal.self) { _ = try await responses.next() }
      #expect(refused == .shuttingDown)
    }
  }

  @Test func `ends well when the requests do`() async throws {
    try await run { caller in
      let call = try await caller.bidirectionalStreaming(Self.echo, .init())
      call.requests.finish()
      call.requests.finish()
      var responses = call.responses.makeAsyncIterator()
      #expect(try await responses.next() == nil)
    }
  }
}
