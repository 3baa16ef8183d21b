import GRPCTesting
import NIOCore
import Protobuf
import RPC
import TestContracts

/// The public cases about compressed messages.
extension InteropCases {
  func clientCompressedUnary() async throws {
    if !skipsProbe {
      let probe = Self.largeRequest { $0.expectCompressed = .with { $0.value = true } }
      let found = try await status { _ = try await self.unary(probe) }
      try expect(found.code == .invalidArgument, "\(found)")
    }
    for isCompressed in [true, false] {
      let request = Self.largeRequest { request in
        request.expectCompressed = .with { $0.value = isCompressed }
      }
      try Self.checkLarge(await unary(request, options: options(compressed: isCompressed)))
    }
  }

  func serverCompressedUnary() async throws {
    for isCompressed in [true, false] {
      let response = try await unary(
        Self.largeRequest { request in
          request.responseCompressed = .with { $0.value = isCompressed }
        })
      try Self.checkLarge(response)
      try expect(
        response.wasCompressed == isCompressed, "compressed: \(response.wasCompressed)")
    }
  }

  func clientCompressedStreaming() async throws {
    if !skipsProbe {
      let probe = try await channel.streaming(
        path: testPath("StreamingInputCall"), options: options())
      try await probe.requests.write(upload(27_182, isCompressed: true))
      let found = try await status { _ = try await probe.finish() }
      try expect(found.code == .invalidArgument, "\(found)")
    }
    let call = try await channel.streaming(
      path: testPath("StreamingInputCall"), options: options(compressed: true))
    try await call.requests.write(upload(27_182, isCompressed: true))
    try await call.requests.write(upload(45_904, isCompressed: false), compressed: false)
    let answer: Testing.StreamingInputCallResponse = try await call.finish().message.decoded()
    try expect(answer.aggregatedPayloadSize == 73_086, "sum \(answer.aggregatedPayloadSize)")
  }

  private func upload(_ size: Int, isCompressed: Bool) throws -> ByteBuffer {
    try ByteBuffer(
      Testing.StreamingInputCallRequest.with { request in
        request.payload = .zeros(size)
        request.expectCompressed = .with { $0.value = isCompressed }
      })
  }

  func serverCompressedStreaming() async throws {
    let wanted = [(31_415, true), (92_653, false)]
    let request = Testing.StreamingOutputCallRequest.with { request in
      request.responseParameters = wanted.map { size, isCompressed in
        .with { parameters in
          parameters.size = Int32(size)
          parameters.compressed = .with { $0.value = isCompressed }
        }
      }
    }
    let stream = try await channel.serverStreaming(
      path: testPath("StreamingOutputCall"), ByteBuffer(request), options: options())
    var answers = stream.makeAsyncIterator()
    for (size, isCompressed) in wanted {
      let found = try Self.size(await answers.next())
      try expect(found == size, "an answer of \(found as Any) bytes")
      try expect(
        stream.lastWasCompressed == isCompressed, "compressed: \(stream.lastWasCompressed)")
    }
    try expect(await answers.next() == nil, "an answer too many")
  }
}
