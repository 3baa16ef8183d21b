import Environment
import NIOCore
import RPC
import Testing

/// Each attack is answered, and an honest client's call completes afterwards.
@Suite(.timeLimit(.minutes(1))) struct `Malformed input` {
  @Test(arguments: [
    Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
    [UInt8](repeating: 0, count: 100),
    [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC] + [UInt8](repeating: 9, count: 50),
    Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8) + Frames.settings,
  ])
  func `that is no HTTP/2 preface closes the connection`(bytes: [UInt8]) async throws {
    try await expectClosed { await $0.send(bytes) }
  }

  @Test func `of random frames closes the connection`() async throws {
    try await withServer { _, _, port in
      for seed in UInt64(1)...40 {
        var generator = SeededGenerator(seed: seed)
        let peer = try await RawPeer.connect(port)
        await peer.send(Frames.preface + Frames.settings)
        var bytes: [UInt8] = []
        for _ in 0..<200 {
          let count = Int.random(in: 0...64, using: &generator)
          bytes += Frames.frame(
            type: .random(in: 0...12, using: &generator),
            flags: .random(in: 0...255, using: &generator),
            stream: .random(in: 0...9, using: &generator),
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        await peer.send(bytes)
        await peer.close()
      }
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test(arguments: [
    ("DATA on stream 0", Frames.data(stream: 0, [1])),
    ("HEADERS on an even stream", Frames.headers(stream: 2, Frames.call())),
    ("a frame that is too long", [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1]),
    ("broken HPACK", Frames.frame(type: 1, flags: 4, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
    ("CONTINUATION without HEADERS", Frames.frame(type: 9, flags: 4, stream: 1, [])),
    ("SETTINGS of a wrong length", Frames.frame(type: 4, stream: 0, [1, 2, 3])),
    (
      "a window over 2^31",
      Frames.frame(type: 8, stream: 0, [0x7F, 0xFF, 0xFF, 0xFF])
    ),
    (
      "a PRIORITY frame inside a header block",
      Frames.headers(stream: 1, Frames.call(), endHeaders: false)
        + Frames.frame(type: 2, stream: 1, [0, 0, 0, 0, 1])
    ),
  ])
  func `that breaks the connection's rules ends it with a GOAWAY`(
    name: String, bytes: [UInt8]
  ) async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(Frames.preface + Frames.settings + bytes)
      let goAway = await peer.wait { $0.type == ReceivedFrame.goAway }
      #expect(goAway.map { $0.errorCode != 0 } == true, "\(name)")
      await peer.waitUntilClosed()
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test(arguments: [
    ("no :method", Frames.call(without: [":method"])),
    ("no :path", Frames.call(without: [":path"])),
    ("no :scheme", Frames.call(without: [":scheme"])),
    ("upper case", Frames.call(adding: [("X-Upper", "1")])),
    ("a connection header", Frames.call(adding: [("connection", "close")])),
    ("a pseudo-header after others", Frames.call(adding: [(":path", "/again")])),
    ("a line break in a value", Frames.call(adding: [("x", "a\r\nb")])),
  ])
  func `headers that break HTTP reset their stream only`(
    name: String, list: [(String, String)]
  ) async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings + Frames.headers(stream: 1, list)
          + Frames.headers(stream: 3, Frames.call())
          + Frames.data(stream: 3, Frames.message("x")))
      let reset = await peer.wait { $0.type == ReceivedFrame.rstStream && $0.stream == 1 }
      #expect(reset?.errorCode == 1, "\(name)")
      let trailers = await peer.wait { $0.type == 1 && $0.stream == 3 && $0.flags & 1 != 0 }
      #expect(trailers != nil, "\(name)")
      await peer.close()
    }
  }

  @Test(
    arguments: [
      ("cut inside the message", [0, 0, 0, 0, 10, 1, 2, 3], "13"),
      ("cut inside the prefix", [0, 0, 0], "13"),
      ("compressed without an encoding", Frames.message("x", flag: 1), "13"),
      ("with an unknown flag", Frames.message("x", flag: 7), "13"),
      ("without a message", [], "12"),
      ("with two messages", Frames.message("x") + Frames.message("y"), "12"),
      ("longer than the limit", [0, 0xFF, 0xFF, 0xFF, 0xFF, 0], "8"),
    ] as [(String, [UInt8], String)])
  func `a request is refused with a status`(
    name: String, body: [UInt8], code: String
  ) async throws {
    try await withServer { _, _, port in
      let answer = try await self.answer(port, Frames.call(), body)
      #expect(answer == code, "\(name)")
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test(arguments: [
    ([("grpc-timeout", "soon")], "13"), ([("grpc-timeout", "0n")], "4"),
    ([("grpc-encoding", "zstd")], "12"), ([("grpc-encoding", "gzip")], "0"),
    ([("grpc-encoding", "identity")], "0"),
    ([("content-type", "application/grpc")], "0"),
  ])
  func `a call's headers are judged`(adding: [(String, String)], code: String) async throws {
    try await withServer { _, _, port in
      let answer = try await self.answer(port, Frames.call(adding: adding), Frames.message("x"))
      #expect(answer == code)
    }
  }

  @Test func `data after the end of a stream is refused`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings + Frames.headers(stream: 1, Frames.call())
          + Frames.data(stream: 1, Frames.message("x"))
          + Frames.data(stream: 1, Frames.message("x")))
      _ = await peer.wait {
        $0.type == ReceivedFrame.goAway || $0.type == ReceivedFrame.rstStream
      }
      await peer.close()
      try await expectHonestCallSucceeds(port)
    }
  }

  private func expectClosed(_ attack: (RawPeer) async -> Void) async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await attack(peer)
      await peer.waitUntilClosed()
      try await expectHonestCallSucceeds(port)
    }
  }

  /// The `grpc-status` of the answer to a request made by hand.
  private func answer(
    _ port: Int, _ headers: [(String, String)], _ body: [UInt8]
  ) async throws -> String? {
    let peer = try await RawPeer.connect(port)
    await peer.send(
      Frames.preface + Frames.settings + Frames.headers(stream: 1, headers)
        + Frames.data(stream: 1, body))
    let last = await peer.wait { $0.type == 1 && $0.stream == 1 && $0.flags & 1 != 0 }
    await peer.close()
    return try last.flatMap { try HeaderReader.read(peer.frames, upTo: $0)["grpc-status"] }
  }
}
