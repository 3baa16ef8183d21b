import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §5.1.1, stream identifiers` {
  @Test(arguments: [
    Row(
      "5.1.1", "HEADERS on stream 0", .send(Frames.get(stream: 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1.1", "HEADERS on an even stream", .send(Frames.get(stream: 2)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1.1", "a new stream with a smaller number than the newest",
      .send(Frames.get(stream: 5) + Frames.get(stream: 3)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1.1", "a new stream with a smaller number, after the newest is closed",
      .send(Frames.get(stream: 5)), .waitForEnd(5), .send(Frames.get(stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1.1", "a new stream with a smaller number, with padding and a priority",
      .send(
        Frames.get(stream: 5)
          + Frames.headers(
            stream: 3, block: [1, 0, 0, 0, 0, 15] + Frames.block(Frames.plain()) + [0],
            flags: 0x2D)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1.1", "the number of a closed stream", .send(Frames.get(stream: 3)), .waitForEnd(3),
      .send(Frames.get(stream: 3)),
      answer: .connectionError([.streamClosed, .protocolError])),
  ])
  func `are odd and grow`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    Row(
      "5.1.1", "numbers with gaps", .send(Frames.get(stream: 1) + Frames.get(stream: 1_001)),
      answer: .response(1_001)),
    Row(
      "5.1.1", "the largest number there is", .send(Frames.get(stream: 0x7FFF_FFFF)),
      answer: .response(0x7FFF_FFFF)),
    // Nothing is remembered of streams so far back. §5.1.1 calls a skipped stream closed, and §5.1
    // lets what comes on closed streams be ignored.
    Row(
      "5.1.1", "a new stream far below the newest",
      .send(Frames.get(stream: 1_001) + Frames.get(stream: 3)), answer: .response(1_001)),
  ])
  func `may be skipped`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §5.1.2, stream concurrency` {
  /// Requests whose answers have no window, so that their streams stay open.
  private static func open(_ count: Int) -> [UInt8] {
    (0..<count).reduce(Frames.initialWindow(0)) { $0 + Frames.get(stream: UInt32(2 * $1 + 1)) }
  }
  private static let most = Limits().concurrentStreams

  @Test(arguments: [
    Row("5.1.2", "as many streams as allowed", .send(open(most)), answer: .response(199)),
    Row(
      "5.1.2", "one stream more than allowed", .fence, .send(open(most + 1)),
      answer: .streamError(201, [.refusedStream, .protocolError])),
    Row(
      "5.1.2", "one stream more than allowed, after others have ended", .fence,
      .send(open(most) + Frames.reset(stream: 1) + Frames.get(stream: 201)),
      answer: .response(201)),
  ])
  func `is limited`(row: Row) async throws { try await row.check() }

  @Test func `is announced`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      _ = await peer.wait { $0.type == 4 }
      let settings = try #require(peer.frames.first)
      let entries = stride(from: 0, to: settings.payload.count, by: 6).map {
        Array(settings.payload[$0..<$0 + 6])
      }
      #expect(entries.contains([0, 3] + Frames.bytes(UInt32(Self.most))))
      await peer.close()
    }
  }
}
