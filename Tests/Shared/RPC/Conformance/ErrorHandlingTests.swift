import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §5.3, prioritization` {
  @Test(arguments: [
    Row(
      "5.3.2", "requests with priorities and PRIORITY frames",
      .send(
        Frames.priority(stream: 3, on: 1)
          + Frames.headers(
            block: [0x80, 0, 0, 3, 255] + Frames.block(Frames.plain()), flags: 0x25)),
      answer: .response(1)),
    // RFC 7540 §5.3.1 made it an error that a stream depends on itself. RFC 9113 has no word on it
    // any more; we keep to the older one, because nobody means it.
    Row(
      "5.3.2", "HEADERS of a stream that depends on itself",
      .send(
        Frames.headers(
          block: Frames.bytes(1) + [15] + Frames.block(Frames.plain()), flags: 0x25)),
      answer: .anyError(1, .protocolError)),
    Row(
      "5.3.2", "PRIORITY of a stream that depends on itself",
      .send(Frames.get() + Frames.priority(stream: 3, on: 3)),
      answer: .anyError(3, .protocolError)),
  ])
  func `is read and not used`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §5.4, error handling` {
  @Test(arguments: [
    Row(
      "5.4.1", "an invalid PING, followed by a request",
      .send(Frames.frame(type: 6, stream: 0, [1]) + Frames.get()),
      answer: .connectionError(.frameSizeError)),
    Row(
      "5.4.2", "RST_STREAM, which is not answered by another",
      .send(Frames.post() + Frames.reset(stream: 1)), answer: .nothing),
    Row(
      "5.4.2", "a malformed request between two others",
      .send(
        Frames.get(stream: 1) + Frames.headers(stream: 3, Frames.plain(without: [":path"]))
          + Frames.get(stream: 5)),
      answer: .response(5)),
  ])
  func `is the RFC's`(row: Row) async throws { try await row.check() }

  @Test func `tells the newest stream that was processed`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings + Frames.get(stream: 7) + Frames.data(stream: 0, [1])
          + Frames.get(stream: 9))
      let goAway = await peer.wait { $0.type == ReceivedFrame.goAway }
      #expect(goAway.map { Array($0.payload.prefix(4)) } == Frames.bytes(7))
      await peer.waitUntilClosed()
      #expect(!peer.frames.contains { $0.stream == 9 })
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §5.5 and §7, extending HTTP/2` {
  @Test(arguments: [
    Row(
      "5.5", "a frame of an unknown type between two requests",
      .send(Frames.get(stream: 1) + Frames.unknown() + Frames.get(stream: 3)),
      answer: .response(3)),
    Row(
      "5.5", "SETTINGS of an unknown parameter",
      .send(Frames.settings((0xFFFF, 1), (0x10, .max)) + Frames.get()), answer: .response(1)),
    Row(
      "5.5", "a frame of an unknown type inside a block",
      .send(
        Frames.headers(block: Frames.block(Frames.plain()), flags: 0) + Frames.unknown(stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "7", "RST_STREAM with an unknown code",
      .send(Frames.post() + Frames.reset(stream: 1, code: 0xFFFF_FFFF) + Frames.get(stream: 3)),
      answer: .response(3)),
  ])
  func `ignores what is unknown`(row: Row) async throws { try await row.check() }
}
