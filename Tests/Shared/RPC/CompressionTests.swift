import Environment
import NIOCore
import Testing

@testable import RPC

@Suite(.timeLimit(.minutes(1))) struct `gzip` {
  private let text = ByteBuffer(repeating: 97, count: 100_000)

  @Test func `gives back what was put in`() throws {
    for size in [0, 1, 100, 16_384, 16_385, 1_000_000] {
      var generator = SeededGenerator(seed: UInt64(size))
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let compressed = try #require(Gzip.compress(ByteBuffer(bytes: bytes)))
      #expect(try Gzip.decompress(compressed, maximum: size) == ByteBuffer(bytes: bytes))
    }
  }

  @Test func `stops inflating at the limit`() throws {
    let bomb = try #require(Gzip.compress(ByteBuffer(repeating: 0, count: 50 << 20)))
    #expect(bomb.readableBytes < 64 << 10)
    let failure = #expect(throws: Status.self) { try Gzip.decompress(bomb, maximum: 1 << 20) }
    #expect(failure?.code == .resourceExhausted)
  }

  @Test func `takes exactly one whole stream`() throws {
    let whole = try #require(Gzip.compress(text))
    var broken: [(String, ByteBuffer)] = [("nothing", ByteBuffer())]
    broken.append(("no gzip", ByteBuffer(string: "plain text")))
    for cut in [1, 9, 12, whole.readableBytes - 1] {
      broken.append(("cut after \(cut)", try #require(whole.getSlice(at: 0, length: cut))))
    }
    var longer = whole
    longer.writeString("x")
    broken.append(("more behind it", longer))
    var flipped = whole
    flipped.setInteger(UInt8(0xFF), at: whole.readableBytes - 6)
    broken.append(("a wrong checksum", flipped))
    for (name, bytes) in broken {
      let failure = #expect(throws: Status.self, "\(name)") {
        try Gzip.decompress(bytes, maximum: 1 << 20)
      }
      #expect(failure?.code == .internalError, "\(name)")
    }
  }

  @Test func `is taken from a caller, and given to one that accepts it`() async throws {
    let handler = MethodHandler.unary { request, context in
      context.compressResponses()
      context.setTrailingMetadata(
        try Metadata([("request-was-compressed", "\(context.requestWasCompressed)")]))
      return request
    }
    try await withServer(["/test/Echo": handler]) { _, channel, _ in
      for encoding in [MessageEncoding.gzip, .identity] {
        var options = ClientCallOptions()
        options.encoding = encoding
        let response = try await channel.unary(path: "/test/Echo", text, options: options)
        #expect(response.message == text)
        #expect(response.wasCompressed)
        #expect(response.trailingMetadata["request-was-compressed"] == "\(encoding == .gzip)")
      }
    }
  }

  @Test func `is not given to a caller that does not accept it`() async throws {
    let handler = MethodHandler.unary { request, context in
      context.compressResponses()
      return request
    }
    try await withServer(["/test/Echo": handler]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(stream: 1, Frames.call(path: "/test/Echo"))
          + Frames.data(stream: 1, Frames.message("hello")))
      let data = await peer.wait { $0.type == 0 }
      #expect(data?.payload == Frames.message("hello"))
      await peer.close()
    }
  }

  @Test func `is chosen message by message in streams`() async throws {
    let handler = MethodHandler.bidirectional { requests, context, responses in
      context.compressResponses()
      for try await request in requests {
        try await responses.write(request, compressed: !requests.lastWasCompressed)
      }
    }
    try await withServer(["/test/Echo": handler]) { _, channel, _ in
      var options = ClientCallOptions()
      options.encoding = .gzip
      let call = try await channel.streaming(path: "/test/Echo", options: options)
      var responses = call.responses.makeAsyncIterator()
      for isCompressed in [true, false, true, true, false] {
        try await call.requests.write(text, compressed: isCompressed)
        #expect(try await responses.next() == text)
        #expect(call.responses.lastWasCompressed == !isCompressed)
      }
      call.requests.finish()
      #expect(try await responses.next() == nil)
    }
  }

  @Test func `bombs are refused with RESOURCE_EXHAUSTED`() async throws {
    try await withServer { _, channel, _ in
      var options = ClientCallOptions()
      options.encoding = .gzip
      let bomb = ByteBuffer(repeating: 0, count: Limits().messageBytes + 1)
      let caught = await status {
        _ = try await channel.unary(path: "/test.Echo/Unary", bomb, options: options)
      }
      #expect(caught?.code == .resourceExhausted)
    }
  }

  @Test(arguments: [("zstd", "12"), ("gzip", "13")])
  func `or nothing: other encodings, and flags without one, are refused`(
    encoding: String, code: String
  ) async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(stream: 1, Frames.call(adding: [("grpc-encoding", encoding)]))
          + Frames.data(stream: 1, Frames.message("no gzip", flag: 1)))
      let answer = try #require(await peer.wait { $0.type == 1 && $0.stream == 1 })
      let fields = try HeaderReader.read(peer.frames, upTo: answer)
      #expect(fields["grpc-status"] == code)
      if code == "12" { #expect(fields["grpc-accept-encoding"] == "identity,gzip") }
      await peer.close()
    }
  }
}
