import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §3.4, the connection preface` {
  private static let magic = Frames.preface

  @Test(arguments: [
    // A GOAWAY may be omitted: the peer speaks something else.
    Row(
      "3.4", "a preface of HTTP/1.1", .send(Array("GET / HTTP/1.1\r\n\r\n".utf8)), answer: .closed),
    Row(
      "3.4", "a preface that is wrong at its end",
      .send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r".utf8) + Frames.settings), answer: .closed),
    Row("3.4", "frames without a preface", .send(Frames.settings + Frames.get()), answer: .closed),
    Row(
      "3.4", "a preface followed by HEADERS", .send(magic + Frames.get()),
      answer: .connectionError(.protocolError)),
    Row(
      "3.4", "a preface followed by PING", .send(magic + Frames.ping(1)),
      answer: .connectionError(.protocolError)),
    Row(
      "3.4", "a preface followed by a frame of an unknown type", .send(magic + Frames.unknown()),
      answer: .connectionError(.protocolError)),
    Row(
      "3.4", "a preface followed by an acknowledgement of SETTINGS",
      .send(magic + Frames.settingsAcknowledgement), answer: .connectionError(.protocolError)),
    Row(
      "3.4", "requests sent without waiting for the server's SETTINGS",
      .send(magic + Frames.settings + Frames.get(stream: 1) + Frames.get(stream: 3)),
      answer: .response(3)),
    Row(
      "3.4", "a preface with SETTINGS that have parameters",
      .send(magic + Frames.settings((1, 0), (3, 5), (6, 100_000)) + Frames.get()),
      answer: .response(1)),
  ])
  func `is answered`(row: Row) async throws { try await row.check(after: []) }

  @Test func `may come byte by byte`() async throws {
    let bytes = Frames.preface + Frames.settings + Frames.get()
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      for byte in bytes { await peer.send([byte]) }
      #expect(await peer.fence())
      #expect(peer.frames.contains { $0.type == 1 && $0.stream == 1 })
      await peer.close()
    }
  }

  @Test func `of the server is a SETTINGS frame, sent without waiting for the client's`()
    async throws
  {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      _ = await peer.wait { _ in true }
      let first = try #require(peer.frames.first)
      #expect(first.type == 4 && first.flags == 0 && first.stream == 0)
      await peer.close()
    }
  }
}
