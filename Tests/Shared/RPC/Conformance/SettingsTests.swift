import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §6.5, SETTINGS` {
  @Test(arguments: [
    Row(
      "6.5", "an acknowledgement with a payload",
      .send(Frames.frame(type: 4, flags: 1, stream: 0, Frames.zeros(6))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.5", "SETTINGS on a stream", .send(Frames.frame(type: 4, stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.5", "an acknowledgement on a stream", .send(Frames.frame(type: 4, flags: 1, stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "6.5", "SETTINGS of 5 bytes", .send(Frames.frame(type: 4, stream: 0, Frames.zeros(5))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "6.5", "SETTINGS of 7 bytes", .send(Frames.frame(type: 4, stream: 0, Frames.zeros(7))),
      answer: .connectionError(.frameSizeError)),
    Row("6.5", "SETTINGS without parameters", .send(Frames.settings), answer: .nothing),
  ])
  func `is taken by its rules`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    Row(
      "6.5.2", "ENABLE_PUSH of 2", .send(Frames.settings((2, 2))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.5.2", "ENABLE_PUSH of 0 and 1", .send(Frames.settings((2, 0), (2, 1))), answer: .nothing),
    Row(
      "6.5.2", "INITIAL_WINDOW_SIZE of 2^31", .send(Frames.initialWindow(1 << 31)),
      answer: .connectionError(.flowControlError)),
    Row(
      "6.5.2", "INITIAL_WINDOW_SIZE of 2^31-1",
      .send(Frames.initialWindow(0x7FFF_FFFF) + Frames.get()), answer: .response(1)),
    Row(
      "6.5.2", "MAX_FRAME_SIZE of 2^14-1", .send(Frames.settings((5, 16_383))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.5.2", "MAX_FRAME_SIZE of 2^24", .send(Frames.settings((5, 1 << 24))),
      answer: .connectionError(.protocolError)),
    Row(
      "6.5.2", "MAX_FRAME_SIZE of 2^14 and 2^24-1",
      .send(Frames.settings((5, 16_384), (5, 16_777_215)) + Frames.get()), answer: .response(1)),
    Row(
      "6.5.2", "HEADER_TABLE_SIZE of 0 and of 2^32-1",
      .send(Frames.settings((1, 0)) + Frames.settings((1, .max)) + Frames.get()),
      answer: .response(1)),
    Row(
      "6.5.2", "MAX_CONCURRENT_STREAMS of 0, which is about the server's streams",
      .send(Frames.settings((3, 0)) + Frames.get()), answer: .response(1)),
    Row(
      "6.5.2", "MAX_HEADER_LIST_SIZE of 0, which is advice only",
      .send(Frames.settings((6, 0)) + Frames.get()), answer: .response(1)),
    Row(
      "6.5.2", "an unknown parameter", .send(Frames.settings((0x99, 1)) + Frames.get()),
      answer: .response(1)),
  ])
  func `parameters have ranges`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    Row(
      "6.5.3", "INITIAL_WINDOW_SIZE twice in one frame: the last one counts",
      .send(Frames.settings((4, 100), (4, 1)) + Frames.get()), answer: .data(1, lengths: [1])),
    Row(
      "6.5.3", "SETTINGS, which are acknowledged", .send(Frames.settings((4, 1))),
      answer: .control(type: 4, flags: 1, payload: [])),
  ])
  func `parameters are taken in order`(row: Row) async throws { try await row.check() }

  @Test func `frames are acknowledged one by one`() async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(Frames.preface + Frames.settings + Frames.settings + Frames.initialWindow(5))
      #expect(await peer.fence())
      #expect(peer.frames.count { $0.type == 4 && $0.flags == 1 } == 3)
      await peer.close()
    }
  }
}
