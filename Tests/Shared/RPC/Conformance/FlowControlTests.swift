import NIOCore
import RPC
import Testing

/// The answer of `/healthz` has more bytes than any of these windows.
@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.9, flow control` {
  @Test(arguments: [
    Row(
      "6.9", "WINDOW_UPDATE of 0 on the connection", .send(Frames.windowUpdate(stream: 0, 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.9", "WINDOW_UPDATE of 0 on a stream",
      .send(Frames.post() + Frames.windowUpdate(stream: 1, 0)),
      answer: .anyError(1, .protocolError)),
    Row(
      "6.9", "WINDOW_UPDATE of 0 with the reserved bit set",
      .send(Frames.windowUpdate(stream: 0, 1 << 31)), answer: .connectionError(.protocolError)),
    Row(
      "6.9", "WINDOW_UPDATE of 3 bytes",
      .send(Frames.frame(type: 8, stream: 0, Frames.zeros(3))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.9", "WINDOW_UPDATE of 5 bytes on a stream",
      .send(Frames.post() + Frames.frame(type: 8, stream: 1, Frames.zeros(5))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.9.1", "WINDOW_UPDATE over 2^31-1 on the connection",
      .send(
        Frames.windowUpdate(stream: 0, 0x7FFF_FFFF) + Frames.windowUpdate(stream: 0, 0x7FFF_FFFF)),
      answer: .connectionError(.flowControlError)),
    Row(
      "6.9.1", "WINDOW_UPDATE over 2^31-1 on a stream",
      .send(
        Frames.post() + Frames.windowUpdate(stream: 1, 0x7FFF_FFFF)
          + Frames.windowUpdate(stream: 1, 0x7FFF_FFFF)),
      answer: .streamError(1, .flowControlError)),
    Row(
      "6.9.1", "WINDOW_UPDATE to 2^31-1 exactly",
      .send(Frames.windowUpdate(stream: 0, 0x7FFF_FFFF - 65_535) + Frames.get()),
      answer: .response(1)),
  ])
  func `WINDOW_UPDATE is taken by its rules`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    Row(
      "6.9.1", "a window of 1", .send(Frames.initialWindow(1) + Frames.get()),
      answer: .data(1, lengths: [1])),
    Row(
      "6.9.1", "a window of 1, enlarged by 1 twice",
      .send(Frames.initialWindow(1) + Frames.get()), .fence,
      .send(Frames.windowUpdate(stream: 1, 1)), .fence, .send(Frames.windowUpdate(stream: 1, 1)),
      answer: .data(1, lengths: [1, 1, 1])),
    Row(
      "6.9.2", "a window of 0 that the settings make 1 while the stream is open",
      .send(Frames.initialWindow(0) + Frames.get()), .fence, .send(Frames.initialWindow(1)),
      answer: .data(1, lengths: [1])),
    Row(
      "6.9.2", "a window that the settings make negative",
      .send(Frames.initialWindow(3) + Frames.get()), .fence,
      .send(Frames.initialWindow(2) + Frames.windowUpdate(stream: 1, 1)),
      answer: .data(1, lengths: [3])),
    Row(
      "6.9.2", "a window that was negative and is enlarged beyond",
      .send(Frames.initialWindow(3) + Frames.get()), .fence,
      .send(Frames.initialWindow(2) + Frames.windowUpdate(stream: 1, 2)),
      answer: .data(1, lengths: [3, 1])),
    // The RFC calls it an error of the connection; nghttp2 ends each stream that it concerns.
    Row(
      "6.9.2", "settings that carry a window over 2^31-1",
      .send(
        Frames.initialWindow(0) + Frames.get() + Frames.windowUpdate(stream: 1, 0x7FFF_FFFF)
          + Frames.initialWindow(1)),
      answer: .anyError(1, .flowControlError)),
  ])
  func `the server keeps to the client's windows`(row: Row) async throws { try await row.check() }

  @Test func `the server keeps to the connection's window, which settings do not change`()
    async throws
  {
    let big = MethodHandler.unary { _, _ in ByteBuffer(repeating: 0, count: 100_000) }
    try await withServer(["/test/Big": big]) { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.initialWindow(0x7FFF_FFFF)
          + Frames.headers(stream: 1, Frames.call(path: "/test/Big"))
          + Frames.data(stream: 1, Frames.message("x")))
      #expect(await peer.fence())
      #expect(sent(peer) == 65_535)
      await peer.send(Frames.windowUpdate(stream: 0, 1))
      #expect(await peer.fence())
      #expect(sent(peer) == 65_536)
      await peer.close()
    }
  }

  private func sent(_ peer: RawPeer) -> Int {
    peer.frames.filter { $0.type == 0 }.reduce(0) { $0 + $1.payload.count }
  }

  @Test func `a client that sends more than the window is told so`() async throws {
    var limits = Limits.patient
    limits.streamWindowBytes = 65_535
    let hang = MethodHandler.bidirectional { _, context, _ in
      let never = Signal()
      context.onCancel { never.set() }
      await never.wait()
    }
    try await withServer(["/test/Hang": hang, "/test.Echo/Unary": echo], limits: limits) {
      _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(Frames.preface + Frames.settings)
      _ = await peer.wait { $0.type == 4 }
      await peer.send(
        Frames.settingsAcknowledgement
          + Frames.headers(stream: 1, Frames.call(path: "/test/Hang")))
      for _ in 0..<5 { await peer.send(Frames.data(stream: 1, Frames.zeros(16_384), end: false)) }
      let error = await peer.wait {
        $0.type == ReceivedFrame.goAway || $0.type == ReceivedFrame.rstStream
      }
      #expect(error?.errorCode == ErrorCode.flowControlError.rawValue)
      await peer.close()
      try await expectHonestCallSucceeds(port)
    }
  }
}
