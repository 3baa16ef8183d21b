import GRPCTesting
import NIOCore
import Protobuf
import RPC
import TestContracts

/// The cases of gRPC's public interoperability descriptions.
extension InteropCases {
  func emptyUnary() async throws {
    let response = try await channel.unary(
      path: testPath("EmptyCall"), ByteBuffer(), options: options())
    try expect(response.message.readableBytes == 0, "the answer is not empty")
  }

  func largeUnary() async throws { try Self.checkLarge(await unary(Self.largeRequest())) }

  func clientStreaming() async throws {
    let call = try await channel.streaming(
      path: testPath("StreamingInputCall"), options: options())
    for size in Self.uploadBytes {
      let request = Testing.StreamingInputCallRequest.with { $0.payload = .zeros(size) }
      try await call.requests.write(ByteBuffer(request))
    }
    let answer: Testing.StreamingInputCallResponse = try await call.finish().message.decoded()
    try expect(answer.aggregatedPayloadSize == 74_922, "sum \(answer.aggregatedPayloadSize)")
  }

  func serverStreaming() async throws {
    let stream = try await channel.serverStreaming(
      path: testPath("StreamingOutputCall"), ByteBuffer(Self.asking(Self.downloadBytes)),
      options: options())
    var sizes: [Int] = []
    for try await message in stream { sizes.append(try Self.size(message) ?? 0) }
    try expect(sizes == Self.downloadBytes, "sizes \(sizes)")
  }

  func pingPong() async throws {
    let call = try await channel.streaming(path: testPath("FullDuplexCall"), options: options())
    var answers = call.responses.makeAsyncIterator()
    for (sent, wanted) in zip(Self.uploadBytes, Self.downloadBytes) {
      try await call.requests.write(ByteBuffer(Self.asking([wanted], sent: sent)))
      let size = try Self.size(await answers.next())
      try expect(size == wanted, "an answer of \(size as Any) bytes")
    }
    call.requests.finish()
    try expect(await answers.next() == nil, "an answer too many")
  }

  func emptyStream() async throws {
    let call = try await channel.streaming(path: testPath("FullDuplexCall"), options: options())
    call.requests.finish()
    for try await _ in call.responses { throw CaseFailure("an answer to nothing") }
  }

  func customMetadata() async throws {
    var options = options()
    try options.metadata.append(EchoedMetadata.initial, "test_initial_metadata_value")
    try options.metadata.append(EchoedMetadata.trailing, binary: [0xAB, 0xAB, 0xAB])
    let response = try await unary(Self.largeRequest(), options: options)
    try checkEchoed(response.initialMetadata, response.trailingMetadata)
    let call = try await channel.streaming(path: testPath("FullDuplexCall"), options: options)
    let request = Self.asking([Self.responseBytes], sent: Self.requestBytes)
    try await call.requests.write(ByteBuffer(request))
    call.requests.finish()
    for try await _ in call.responses {}
    try checkEchoed(
      await call.responses.initialMetadata(), call.responses.trailingMetadata)
  }

  private func checkEchoed(_ initial: Metadata, _ trailing: Metadata) throws {
    try expect(
      initial[EchoedMetadata.initial] == "test_initial_metadata_value",
      "initial metadata \(initial.entries)")
    try expect(
      trailing[binary: EchoedMetadata.trailing] == [0xAB, 0xAB, 0xAB],
      "trailing metadata \(trailing.entries)")
  }

  func statusCodeAndMessage() async throws {
    let wanted = Testing.EchoStatus.with {
      $0.code = 2
      $0.message = "test status message"
    }
    let unary = try await status {
      _ = try await self.unary(.with { $0.responseStatus = wanted })
    }
    let call = try await channel.streaming(path: testPath("FullDuplexCall"), options: options())
    let request = Testing.StreamingOutputCallRequest.with { $0.responseStatus = wanted }
    try await call.requests.write(ByteBuffer(request))
    call.requests.finish()
    let stream = try await status { for try await _ in call.responses {} }
    for found in [unary, stream] {
      try expect(found.code == .unknown && found.message == wanted.message, "\(found)")
    }
  }

  func specialStatusMessage() async throws {
    let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    let found = try await status {
      _ = try await self.unary(
        .with { request in
          request.responseStatus = .with {
            $0.code = 2
            $0.message = text
          }
        })
    }
    try expect(found.code == .unknown && found.message == text, "\(found)")
  }

  func unimplemented(_ service: String) async throws {
    let found = try await status {
      _ = try await self.channel.unary(
        path: "/grpc.testing.\(service)/UnimplementedCall", ByteBuffer(), options: self.options())
    }
    try expect(found.code == .unimplemented, "\(found)")
  }

  func cancelAfterBegin() async throws {
    let call = try await channel.streaming(
      path: testPath("StreamingInputCall"), options: options())
    call.responses.cancel()
    let found = try await status { for try await _ in call.responses {} }
    try expect(found.code == .cancelled, "\(found)")
  }

  func cancelAfterFirstResponse() async throws {
    let call = try await channel.streaming(path: testPath("FullDuplexCall"), options: options())
    var answers = call.responses.makeAsyncIterator()
    let request = Self.asking([Self.downloadBytes[0]], sent: Self.uploadBytes[0])
    try await call.requests.write(ByteBuffer(request))
    let size = try Self.size(await answers.next())
    try expect(size == Self.downloadBytes[0], "an answer of \(size as Any) bytes")
    call.responses.cancel()
    let found = try await status { while try await answers.next() != nil {} }
    try expect(found.code == .cancelled, "\(found)")
  }

  func timeoutOnSleepingServer() async throws {
    let options = ClientCallOptions(deadline: .after(milliseconds: 1))
    let found = try await status {
      let call = try await self.channel.streaming(
        path: testPath("FullDuplexCall"), options: options)
      // The time may be over before the request is written.
      try? await call.requests.write(ByteBuffer(Self.asking([], sent: Self.uploadBytes[0])))
      for try await _ in call.responses {}
    }
    try expect(found.code == .deadlineExceeded, "\(found)")
  }
}
