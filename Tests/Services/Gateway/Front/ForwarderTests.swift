import GatewayFront
import Identity
import NIOCore
import RPC
import ServiceKit
import Testing
import Values

@Suite("Forwarder", .timeLimit(.minutes(2)))
struct ForwarderTests {
  private func echo(_ seen: Signal<Metadata>) -> MethodHandler {
    .unary { request, context in
      seen.send(context.metadata)
      context.setInitialMetadata(try Metadata([("millrace-first", "1")]))
      context.setTrailingMetadata(try Metadata([("millrace-last", "2")]))
      return request
    }
  }

  @Test("Bytes go in and come out unchanged, with the metadata of the answer")
  func bytes() async throws {
    try await Backend.run(echo(Signal())) { backend in
      let message = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
      let response = try await backend.client.unary(
        path: Backend.callPath, message, options: backend.options())
      #expect(response.message == message)
      #expect(response.initialMetadata["millrace-first"] == "1")
      #expect(response.trailingMetadata["millrace-last"] == "2")
    }
  }

  @Test("The service learns who calls from the Gateway alone")
  func principal() async throws {
    let seen = Signal<Metadata>()
    try await Backend.run(echo(seen)) { backend in
      let forged = [(name: PrincipalToken.metadataName, value: "forged"), ("x-other", "1")]
      _ = try await backend.client.unary(
        path: Backend.callPath, ByteBuffer(string: "x"), options: backend.options(forged))
      let metadata = try #require(await seen.value())
      let tokens = metadata.values(PrincipalToken.metadataName)
      #expect(tokens.count == 1)
      #expect(
        try backend.verifier.verify(tokens[0])
          == Principal(
            subject: "mes-line-1", kind: .partner, sites: [SiteCode("PLANT1")], roles: [.mes],
            credential: backend.credential.id, revision: 1))
      #expect(metadata["authorization"] == nil)
      #expect(metadata["x-other"] == nil)
    }
  }

  @Test("Status, message, details and trailers pass unchanged")
  func status() async throws {
    let sent = Status(
      code: .failedPrecondition, message: "the order is COMPLETED – «nicht mehr»",
      details: (0...255).map { UInt8($0) }, metadata: try Metadata([("millrace-more", "7")]))
    try await Backend.run(.unary { _, _ in throw sent }) { backend in
      let status = try await backend.refusal(options: try backend.options())
      #expect(status.code == sent.code)
      #expect(status.message == sent.message)
      #expect(status.details == sent.details)
      #expect(status.metadata["millrace-more"] == "7")
    }
  }

  @Test("A service's own UNAVAILABLE passes unchanged")
  func ownUnavailable() async throws {
    let sent = Status(code: .unavailable, message: "draining", details: [1, 2, 3])
    try await Backend.run(.unary { _, _ in throw sent }) { backend in
      let status = try await backend.refusal(options: try backend.options())
      #expect(status.message == "draining")
      #expect(status.details == [1, 2, 3])
    }
  }

  @Test("A stream passes message by message, then its trailers")
  func stream() async throws {
    let handler = MethodHandler.serverStreaming { request, context, responses in
      for number in 0..<300 {
        var message = request
        message.writeString(" \(number)")
        try await responses.write(message)
      }
      context.setTrailingMetadata(try Metadata([("millrace-last", "2")]))
    }
    try await Backend.run(handler) { backend in
      let stream = try await backend.client.serverStreaming(
        path: Backend.watchPath, ByteBuffer(string: "n"), options: backend.options())
      var messages: [String] = []
      for try await message in stream { messages.append(String(buffer: message)) }
      #expect(messages == (0..<300).map { "n \($0)" })
      #expect(stream.trailingMetadata["millrace-last"] == "2")
    }
  }

  @Test("A watch without news is open: its headers come at once")
  func silentWatch() async throws {
    let handler = MethodHandler.serverStreaming { _, context, responses in
      context.setInitialMetadata(try Metadata([("millrace-first", "1")]))
      try await responses.sendInitialMetadata()
      try await Task.sleep(for: .seconds(3_600))
    }
    try await Backend.run(handler) { backend in
      let stream = try await backend.client.serverStreaming(
        path: Backend.watchPath, ByteBuffer(), options: backend.options())
      #expect(try await stream.initialMetadata()["millrace-first"] == "1")
      stream.cancel()
    }
  }

  @Test("A caller that goes away cancels the call at the service")
  func cancellation() async throws {
    let started = Signal<Bool>()
    let cancelled = Signal<Bool>()
    let handler = MethodHandler.serverStreaming { _, context, responses in
      context.onCancel { cancelled.send(true) }
      try await responses.write(ByteBuffer(string: "1"))
      started.send(true)
      try await Task.sleep(for: .seconds(3_600))
    }
    try await Backend.run(handler) { backend in
      let stream = try await backend.client.serverStreaming(
        path: Backend.watchPath, ByteBuffer(), options: backend.options())
      #expect(await started.value() == true)
      stream.cancel()
      #expect(await cancelled.value() == true)
    }
  }

  @Test("A stream that the service breaks off ends with its status")
  func brokenStream() async throws {
    let handler = MethodHandler.serverStreaming { _, _, responses in
      try await responses.write(ByteBuffer(string: "1"))
      throw Status(code: .unavailable, message: "draining", details: [9])
    }
    try await Backend.run(handler) { backend in
      let stream = try await backend.client.serverStreaming(
        path: Backend.watchPath, ByteBuffer(), options: backend.options())
      var count = 0
      var status: Status?
      do throws(Status) {
        for try await _ in stream { count += 1 }
      } catch { status = error }
      #expect(count == 1)
      #expect(status?.code == .unavailable)
      #expect(status?.details == [9])
    }
  }

  @Test("The service gets a nearer deadline than the caller gave")
  func deadline() async throws {
    let seen = Signal<Int64?>()
    let handler = MethodHandler.unary { request, context in
      seen.send(context.deadline.remainingNanoseconds)
      return request
    }
    try await Backend.run(handler) { backend in
      _ = try await backend.client.unary(
        path: Backend.callPath, ByteBuffer(),
        options: backend.options(deadline: .after(milliseconds: 20_000)))
      let remaining = try #require(await seen.value() ?? nil)
      #expect(remaining <= 20_000_000_000 - 5_000_000)
      #expect(remaining > 0)
    }
  }

  @Test("A deadline that passes at the service is DEADLINE_EXCEEDED")
  func deadlinePasses() async throws {
    let handler = MethodHandler.unary { request, _ in
      try await Task.sleep(for: .seconds(3_600))
      return request
    }
    try await Backend.run(handler) { backend in
      let status = try await backend.refusal(
        options: try backend.options(deadline: .after(milliseconds: 200)))
      #expect(status.code == .deadlineExceeded)
    }
  }

  @Test("A service that is down is UNAVAILABLE, says so and when to try again")
  func serviceDown() async throws {
    try await Backend.run(echo(Signal())) { backend in
      await backend.stopService()
      let status = try await backend.refusal(options: try backend.options())
      #expect(status.code == .unavailable)
      let refusal = Refusal(status)
      #expect(refusal.reason == "SERVICE_DOWN")
      #expect(refusal.retryDelayMilliseconds == 1_000)
    }
  }
}
