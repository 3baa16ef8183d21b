import NIOCore
import Testing

@testable import RPC

/// Each flood ends its connection; an honest client's call completes meanwhile.
@Suite(.timeLimit(.minutes(1))) struct `A flood` {
  @Test func `of resets ends the connection`() async throws {
    let calls = (0..<1_000).flatMap { (number: Int) -> [UInt8] in
      Frames.headers(stream: UInt32(2 * number + 1), Frames.call())
        + Frames.reset(stream: UInt32(2 * number + 1))
    }
    try await expectCalmed(calls)
  }

  @Test func `of resets that the server is made to send ends the connection`() async throws {
    // A WINDOW_UPDATE of 0 is a stream error: the server must reset the stream.
    let calls = (0..<1_000).flatMap { (number: Int) -> [UInt8] in
      Frames.headers(stream: UInt32(2 * number + 1), Frames.call())
        + Frames.frame(type: 8, stream: UInt32(2 * number + 1), [0, 0, 0, 0])
    }
    try await expectCalmed(calls)
  }

  @Test func `of PING frames ends the connection`() async throws {
    try await expectCalmed((0..<5_000).flatMap { (_: Int) -> [UInt8] in Frames.ping(7) })
  }

  @Test func `of SETTINGS frames ends the connection`() async throws {
    try await expectCalmed((0..<5_000).flatMap { (_: Int) -> [UInt8] in Frames.settings })
  }

  @Test func `of PRIORITY frames ends the connection`() async throws {
    try await expectCalmed(
      (0..<5_000).flatMap { (_: Int) -> [UInt8] in
        Frames.frame(type: 2, stream: 1, [0, 0, 0, 0, 1])
      })
  }

  @Test func `of empty DATA frames ends the connection`() async throws {
    try await expectCalmed(
      Frames.headers(stream: 1, Frames.call())
        + (0..<5_000).flatMap { (_: Int) -> [UInt8] in Frames.data(stream: 1, [], end: false) })
  }

  @Test func `of CONTINUATION frames ends the connection`() async throws {
    try await expectCalmed(
      Frames.headers(stream: 1, Frames.call(), endHeaders: false)
        + (0..<100).flatMap { (_: Int) -> [UInt8] in
          Frames.frame(type: 9, stream: 1, Frames.block([("x", "y")]))
        })
  }

  @Test func `of header lists with a small code and a large meaning ends the connection`()
    async throws
  {
    try await expectCalmed(Frames.frame(type: 1, flags: 5, stream: 1, bomb(1_000)))
  }

  @Test func `of malformed header blocks ends the connection the sooner, the larger they are`()
    async throws
  {
    // Headers without a name, three bytes each.
    let block = Frames.block(Frames.call()) + [UInt8](repeating: 0, count: 15_000)
    let count = Limits().glitches / (15_000 / Limits.Fixed.glitchBytes) + 1
    try await expectCalmed(
      (0..<count).flatMap { (number: Int) -> [UInt8] in
        Frames.frame(type: 1, flags: 5, stream: UInt32(2 * number + 1), block)
      })
  }

  @Test func `of frames of unknown types ends the connection`() async throws {
    try await expectCalmed(
      (0..<5_000).flatMap { (number: Int) -> [UInt8] in
        Frames.frame(type: UInt8(10 + number % 246), stream: 0, [1, 2, 3])
      })
  }

  @Test func `that is none, a header list somewhat too large, is refused`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.frame(type: 1, flags: 5, stream: 1, bomb(4)))
      let answer = await peer.wait { $0.stream == 1 && $0.type == 1 }
      let refusal = try answer.flatMap { try HeaderReader.read(peer.frames, upTo: $0) }
      #expect(refusal?["grpc-status"] == "8")
      await peer.close()
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test func `of connections over the limit is closed at once`() async throws {
    var limits = Limits.patient
    limits.connections = 2
    try await withServer(limits: limits) { _, _, port in
      let first = try await RawPeer.connect(port)
      await first.send(Frames.preface + Frames.settings)
      _ = await first.wait { $0.type == 4 }
      let second = try await RawPeer.connect(port)
      await second.send(Frames.preface + Frames.settings)
      _ = await second.wait { $0.type == 4 }
      let third = try await RawPeer.connect(port)
      await third.waitUntilClosed()
      #expect(third.frames.isEmpty)
      await first.close()
      await second.close()
    }
  }

  @Test func `repeated by one address makes its next connections wait, not the open ones`()
    async throws
  {
    var limits = Limits.patient
    limits.floodsPerAddress = 1
    // So long that only one may wait, and waits for the whole test.
    limits.floodPauseMilliseconds = limits.prefaceMilliseconds
    try await withServer(limits: limits) { _, channel, port in
      _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer(string: "before"))
      for _ in 0..<2 { try await flood(port, pings) }
      try await expectHonestCallSucceeds(port)
      var late: [RawPeer] = []
      for _ in 0..<3 {
        let peer = try await RawPeer.connect(port)
        await peer.send(Frames.preface + Frames.settings)
        late.append(peer)
      }
      while late.filter({ $0.isClosed }).count < 2 { try await Task.sleep(for: .milliseconds(5)) }
      // The server's own settings come first on any connection; nobody's were acknowledged.
      #expect(!late.contains { $0.frames.contains { $0.type == 4 && $0.flags == 1 } })
      let answer = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer(string: "after"))
      #expect(String(buffer: answer.message) == "after")
      #expect(late.filter { $0.isClosed }.count == 2)
      for peer in late { await peer.close() }
    }
  }

  @Test func `repeated by one address leaves its next connection a turn`() async throws {
    var limits = Limits.patient
    limits.floodsPerAddress = 1
    try await withServer(limits: limits) { _, _, port in
      for _ in 0..<20 { try await flood(port, pings) }
      try await expectHonestCallSucceeds(port)
    }
  }

  @Test func `of calls whose answers nobody reads leaves the writers waiting`() async throws {
    let written = Signal()
    let handler = MethodHandler.serverStreaming { _, _, responses in
      for _ in 0..<1_000 {
        try await responses.write(ByteBuffer(repeating: 0, count: 60_000))
        written.set()
      }
    }
    try await withServer(["/test/Big": handler, "/test.Echo/Unary": echo]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      try await peer.setReading(false)
      await peer.send(Frames.preface + Frames.settings)
      for number in 0..<50 {
        await peer.send(
          Frames.headers(stream: UInt32(2 * number + 1), Frames.call(path: "/test/Big"))
            + Frames.data(stream: UInt32(2 * number + 1), Frames.message("x")))
      }
      for _ in 0..<20 { try await expectHonestCallSucceeds(port) }
      // Per stream: what fits the buffer plus one message, and what has left for the peer's
      // windows.
      #expect(written.count <= 50 * 3)
      await peer.close()
    }
  }

  /// One entry of 3,900 bytes in the dynamic table, then named by one byte, so many times.
  private func bomb(_ count: Int) -> [UInt8] {
    Frames.block(Frames.call()) + [0x40] + hpack("bomb")
      + hpack(String(repeating: "x", count: 3_900)) + [UInt8](repeating: 0xBE, count: count)
  }

  private func hpack(_ text: String) -> [UInt8] {
    Array(Frames.block([(text, "")]).dropFirst().dropLast())
  }

  private func expectCalmed(_ bytes: [UInt8]) async throws {
    try await withServer { _, _, port in
      try await flood(port, bytes)
      try await expectHonestCallSucceeds(port)
    }
  }

  private let pings = (0..<500).flatMap { (_: Int) -> [UInt8] in Frames.ping(7) }

  private func flood(_ port: Int, _ bytes: [UInt8]) async throws {
    let peer = try await RawPeer.connect(port)
    await peer.send(Frames.preface + Frames.settings + bytes)
    await peer.waitUntilClosed()
  }
}
