import GatewayFront
import NIOCore
import RPC
import ServiceKit
import Testing

@Suite("Front", .timeLimit(.minutes(2)))
struct FrontTests {
  private let answer = MethodHandler.unary { request, _ in request }

  @Test("Nobody gets to a service without a credential")
  func unauthenticated() async throws {
    let reached = Signal<Bool>()
    let handler = MethodHandler.unary { request, _ in
      reached.send(true)
      return request
    }
    try await Backend.run(handler) { backend in
      let cases: [([(name: String, value: String)], String)] = [
        ([], "CREDENTIAL_MISSING"), ([("authorization", "Bearer x")], "CREDENTIAL_MALFORMED"),
        (
          [
            (
              "authorization",
              "Bearer mr_live_0123456789abcdef_" + String(repeating: "0", count: 64)
            )
          ],
          "CREDENTIAL_UNKNOWN"
        ),
      ]
      for (metadata, reason) in cases {
        let status = try await backend.refusal(
          options: ClientCallOptions(metadata: try Metadata(metadata)))
        #expect(status.code == .unauthenticated)
        #expect(Refusal(status).reason == reason)
      }
      // The first call that reaches the service is the one with a key.
      _ = try await backend.client.unary(
        path: Backend.callPath, ByteBuffer(), options: backend.options())
      #expect(await reached.value() == true)
    }
  }

  @Test("Every answer to a known caller tells what is left of its rate")
  func rateOnEveryAnswer() async throws {
    let refusing = MethodHandler.unary { request, _ in
      if request.readableBytes == 0 { return request }
      throw Status(code: .notFound, message: "not here")
    }
    let limits = CallLimits(callsPerSecond: 1, burst: 3, concurrentCalls: 10)
    try await Backend.run(refusing, limits: limits) { backend in
      let good = try await backend.client.unary(
        path: Backend.callPath, ByteBuffer(), options: backend.options())
      #expect(good.initialMetadata["ratelimit-remaining"] == "2")
      let refused = try await backend.refusal(
        ByteBuffer(string: "x"), options: backend.options())
      #expect(refused.code == .notFound)
      #expect(refused.metadata.values("ratelimit-remaining") == ["1"])
      let forbidden = try await backend.refusal(
        path: Backend.forbiddenPath, options: backend.options())
      #expect(Refusal(forbidden).reason == "METHOD_NOT_GRANTED")
      #expect(forbidden.metadata.values("ratelimit-remaining") == ["1"])
      _ = try await backend.client.unary(
        path: Backend.callPath, ByteBuffer(), options: backend.options())
      let exceeded = try await backend.refusal(options: backend.options())
      #expect(Refusal(exceeded).reason == "RATE_EXCEEDED")
      #expect(exceeded.metadata.values("ratelimit-remaining") == ["0"])
      let stranger = try await backend.refusal(options: ClientCallOptions())
      #expect(stranger.metadata["ratelimit-remaining"] == nil)
    }
  }

  @Test("What is not offered is UNIMPLEMENTED, with a key and without")
  func unknownService() async throws {
    try await Backend.run(answer) { backend in
      for path in [
        "/millrace.events.v1.EventFeedService/Subscribe", "/millrace.production.v2.X/Y", "/x/y",
      ] {
        for options in [try backend.options(), ClientCallOptions()] {
          let status = try await backend.refusal(path: path, options: options)
          #expect(status.code == .unimplemented)
          #expect(Refusal(status).reason == "SERVICE_UNKNOWN")
        }
      }
    }
  }

  @Test("A stream of requests to what is not offered is refused before it ends")
  func unknownStream() async throws {
    try await Backend.run(answer) { backend in
      let call = try await backend.client.streaming(path: "/x/y")
      var responses = call.responses.makeAsyncIterator()
      do {
        while try await responses.next() != nil {}
        Issue.record("the call succeeded")
      } catch let status as Status {
        #expect(status.code == .unimplemented)
      }
    }
  }
}
