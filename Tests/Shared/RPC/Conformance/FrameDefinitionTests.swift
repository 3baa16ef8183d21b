import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.1, DATA` {
  private static func padded(_ payload: [UInt8]) -> [UInt8] {
    Frames.frame(type: 0, flags: Frames.endStream | Frames.padded, stream: 1, payload)
  }

  @Test(arguments: [
    Row(
      "6.1", "DATA on stream 0", .send(Frames.data(stream: 0, [1])),
      answer: .connectionError(.protocolError)),
    Row(
      "6.1", "DATA with padding", .send(Frames.post() + padded([3, 1, 2, 0, 0, 0])),
      answer: .response(1)),
    Row(
      "6.1", "DATA of padding alone", .send(Frames.post() + padded([3, 0, 0, 0])),
      answer: .response(1)),
    Row(
      "6.1", "DATA with a pad length as long as the payload",
      .send(Frames.post() + padded([4, 0, 0, 0])), answer: .connectionError(.protocolError)),
    Row(
      "6.1", "DATA with a pad length longer than the payload",
      .send(Frames.post() + padded([255, 0, 0, 0])), answer: .connectionError(.protocolError)),
    // Padding that is not zero may be an error; we do not look at it.
    Row(
      "6.1", "DATA with padding that is not zero", .send(Frames.post() + padded([2, 1, 9, 9])),
      answer: .response(1)),
    Row(
      "6.1", "DATA in several frames",
      .send(
        Frames.post() + Frames.data(stream: 1, [1], end: false)
          + Frames.data(stream: 1, [2], end: false) + Frames.data(stream: 1, [])),
      answer: .response(1)),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.2, HEADERS` {
  private static let block = Frames.block(Frames.plain())

  @Test(arguments: [
    Row(
      "6.2", "HEADERS on stream 0", .send(Frames.headers(stream: 0, block: block)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.2", "HEADERS with padding",
      .send(Frames.headers(block: [2] + block + [0, 0], flags: 0xD)), answer: .response(1)),
    Row(
      "6.2", "HEADERS with padding and a priority",
      .send(Frames.headers(block: [2, 0, 0, 0, 0, 15] + block + [0, 0], flags: 0x2D)),
      answer: .response(1)),
    Row(
      "6.2", "HEADERS with a pad length longer than the payload",
      .send(Frames.headers(block: [255] + block, flags: 0xD)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.2", "HEADERS with a pad length that reaches into the priority",
      .send(Frames.headers(block: [3, 0, 0, 0, 0, 15, 0, 0], flags: 0x2D)),
      answer: .connectionError(.protocolError)),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.3, PRIORITY` {
  @Test(arguments: [
    Row(
      "6.3", "PRIORITY on stream 0", .send(Frames.priority(stream: 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.3", "PRIORITY of 4 bytes",
      .send(Frames.post() + Frames.frame(type: 2, stream: 1, Frames.zeros(4))),
      answer: .anyError(1, .frameSizeError)),
    Row(
      "6.3", "PRIORITY of 6 bytes",
      .send(Frames.post() + Frames.frame(type: 2, stream: 1, Frames.zeros(6))),
      answer: .anyError(1, .frameSizeError)),
    Row(
      "6.3", "PRIORITY on idle streams, odd and even",
      .send(Frames.priority(stream: 9) + Frames.priority(stream: 8)), answer: .nothing),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.4, RST_STREAM` {
  @Test(arguments: [
    Row(
      "6.4", "RST_STREAM on stream 0", .send(Frames.reset(stream: 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.4", "RST_STREAM on an idle stream", .send(Frames.get() + Frames.reset(stream: 3)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.4", "RST_STREAM of 3 bytes",
      .send(Frames.post() + Frames.frame(type: 3, stream: 1, Frames.zeros(3))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.4", "RST_STREAM of 5 bytes",
      .send(Frames.post() + Frames.frame(type: 3, stream: 1, Frames.zeros(5))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.4", "RST_STREAM of an open stream",
      .send(Frames.post() + Frames.reset(stream: 1)), answer: .nothing),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.6, PUSH_PROMISE` {
  @Test(arguments: [
    Row(
      "8.4", "PUSH_PROMISE from a client, on an open stream",
      .send(
        Frames.post()
          + Frames.frame(
            type: 5, flags: Frames.endHeaders, stream: 1,
            Frames.bytes(2) + Frames.block(Frames.plain()))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.6", "PUSH_PROMISE on stream 0",
      .send(
        Frames.frame(
          type: 5, flags: Frames.endHeaders, stream: 0,
          Frames.bytes(2) + Frames.block(Frames.plain()))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.6", "PUSH_PROMISE too short for the stream it promises",
      .send(Frames.post() + Frames.frame(type: 5, flags: Frames.endHeaders, stream: 1, [0])),
      answer: .connectionError([.frameSizeError, .protocolError])),
  ])
  func `is not for clients`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.7, PING` {
  @Test(arguments: [
    Row(
      "6.7", "PING, which is answered with its own payload", .send(Frames.ping(7)),
      answer: .control(type: 6, flags: 1, payload: [UInt8](repeating: 7, count: 8))),
    Row(
      "6.7", "an acknowledgement of PING, which is not answered",
      .send(Frames.frame(type: 6, flags: 1, stream: 0, Frames.zeros(8))), answer: .nothing),
    Row(
      "6.7", "PING on a stream", .send(Frames.frame(type: 6, stream: 1, Frames.zeros(8))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.7", "PING of 7 bytes", .send(Frames.frame(type: 6, stream: 0, Frames.zeros(7))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.7", "PING of 9 bytes", .send(Frames.frame(type: 6, stream: 0, Frames.zeros(9))),
      answer: .connectionError(.frameSizeError)),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }

  @Test func `an acknowledgement is not acknowledged`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.frame(type: 6, flags: 1, stream: 0, Frames.zeros(8)))
      #expect(await peer.fence())
      #expect(!peer.frames.contains { $0.type == 6 && $0.payload == Frames.zeros(8) })
      await peer.close()
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.8, GOAWAY` {
  @Test(arguments: [
    Row(
      "6.8", "GOAWAY on a stream",
      .send(Frames.frame(type: 7, stream: 1, Frames.zeros(8))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.8", "GOAWAY of 7 bytes", .send(Frames.frame(type: 7, stream: 0, Frames.zeros(7))),
      answer: .connectionError(.frameSizeError)),
    // Nothing obliges the server to close at once a connection without streams; ours does.
    Row("6.8", "GOAWAY", .send(Frames.goAway(lastStream: 0)), answer: .closed),
    Row(
      "6.8", "GOAWAY with debug data and an unknown code",
      .send(
        Frames.frame(type: 7, stream: 0, Frames.zeros(4) + Frames.bytes(.max) + Frames.zeros(90))),
      answer: .closed),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }

  @Test func `lets a request end that is on its way`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings + Frames.post()
          + Frames.goAway(lastStream: 0) + Frames.goAway(lastStream: 0))
      await peer.send(Frames.data(stream: 1, [1]))
      let end = await peer.wait { $0.type == 0 && $0.stream == 1 && $0.flags & 1 != 0 }
      #expect(end != nil)
      await peer.waitUntilClosed()
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.10, CONTINUATION` {
  private static let block = Frames.block(Frames.plain())

  @Test(arguments: [
    Row(
      "6.10", "CONTINUATION on stream 0",
      .send(Frames.headers(block: block, flags: 1) + Frames.continuation(stream: 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.10", "CONTINUATION on stream 0 after no HEADERS", .send(Frames.continuation(stream: 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.10", "CONTINUATION after a block that has ended in HEADERS",
      .send(Frames.headers(block: block, flags: 4) + Frames.continuation()),
      answer: .connectionError(.protocolError)),
    Row(
      "6.10", "CONTINUATION after a block that has ended in CONTINUATION",
      .send(
        Frames.headers(block: block, flags: 0) + Frames.continuation() + Frames.continuation()),
      answer: .connectionError(.protocolError)),
    Row(
      "6.10", "CONTINUATION after DATA",
      .send(Frames.post() + Frames.data(stream: 1, [1], end: false) + Frames.continuation()),
      answer: .connectionError(.protocolError)),
    Row(
      "6.10", "as many CONTINUATION frames as we allow",
      .send(
        Frames.headers(block: block, flags: 1)
          + (1..<Limits().continuations).flatMap { (_: Int) -> [UInt8] in
            Frames.continuation(flags: 0)
          } + Frames.continuation()),
      answer: .response(1)),
    Row(
      "6.10", "CONTINUATION with padding's flag, which it does not have",
      .send(
        Frames.headers(block: [], flags: 1) + Frames.continuation(block, flags: 0xFB | 4)),
      answer: .response(1)),
    Row(
      "6.10", "trailers in HEADERS and CONTINUATION",
      .send(
        Frames.post() + Frames.data(stream: 1, [1], end: false)
          + Frames.headers(block: [], flags: 1)
          + Frames.continuation(Frames.block([("x-check", "1")]))),
      answer: .response(1)),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }
}
