import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §5.1, stream states` {
  @Test(arguments: [
    Row(
      "5.1", "DATA on an idle stream", .send(Frames.data(stream: 1, [1])),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1", "RST_STREAM on an idle stream", .send(Frames.reset(stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1", "WINDOW_UPDATE on an idle stream", .send(Frames.windowUpdate(stream: 1, 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1", "CONTINUATION on an idle stream", .send(Frames.continuation()),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1", "DATA on an idle stream of the server's", .send(Frames.data(stream: 2, [1])),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1", "RST_STREAM on an idle stream of the server's", .send(Frames.reset(stream: 2)),
      answer: .connectionError(.protocolError)),
    Row(
      "5.1", "WINDOW_UPDATE on an idle stream of the server's",
      .send(Frames.windowUpdate(stream: 2, 1)), answer: .connectionError(.protocolError)),
    Row(
      "5.1", "PRIORITY on an idle stream, which is then opened",
      .send(Frames.priority(stream: 1) + Frames.get()), answer: .response(1)),
  ])
  func `idle: takes HEADERS and PRIORITY only`(row: Row) async throws { try await row.check() }

  /// A request whose answer has no window, so that its stream stays half-closed.
  private static let half = Frames.initialWindow(0) + Frames.get()

  @Test(arguments: [
    Row(
      "5.1", "DATA on a half-closed stream", .send(half + Frames.data(stream: 1, [1])),
      answer: .anyError(1, .streamClosed)),
    Row(
      "5.1", "HEADERS on a half-closed stream", .send(half + Frames.get()),
      answer: .anyError(1, .streamClosed)),
    // §6.10 wants PROTOCOL_ERROR of every CONTINUATION that follows no block.
    Row(
      "5.1", "CONTINUATION on a half-closed stream", .send(half + Frames.continuation()),
      answer: .connectionError([.streamClosed, .protocolError])),
    Row(
      "5.1", "WINDOW_UPDATE on a half-closed stream",
      .send(half + Frames.windowUpdate(stream: 1, 2)), answer: .data(1, lengths: [2])),
    Row(
      "5.1", "PRIORITY on a half-closed stream",
      .send(half + Frames.priority(stream: 1) + Frames.windowUpdate(stream: 1, 2)),
      answer: .data(1, lengths: [2])),
    Row(
      "5.1", "RST_STREAM on a half-closed stream",
      .send(half + Frames.reset(stream: 1) + Frames.initialWindow(9)),
      answer: .data(1, lengths: [])),
  ])
  func `half-closed (remote): takes WINDOW_UPDATE, PRIORITY and RST_STREAM only`(
    row: Row
  ) async throws { try await row.check() }

  private static let reset = Frames.post() + Frames.reset(stream: 1)

  // §5.1 lets an endpoint ignore what comes on closed streams, or treat it as an error of the
  // connection. We do the latter where the client must know that its stream is closed.
  @Test(arguments: [
    Row(
      "5.1", "DATA after RST_STREAM", .send(reset + Frames.data(stream: 1, [1])),
      answer: .connectionError(.streamClosed)),
    Row(
      "5.1", "HEADERS after RST_STREAM", .send(reset + Frames.get()),
      answer: .connectionError(.streamClosed)),
    Row(
      "5.1", "CONTINUATION after RST_STREAM", .send(reset + Frames.continuation()),
      answer: .connectionError([.streamClosed, .protocolError])),
    Row(
      "5.1", "DATA after the end of both sides", .send(Frames.get()), .waitForEnd(1),
      .send(Frames.data(stream: 1, [1])), answer: .connectionError(.streamClosed)),
    Row(
      "5.1", "HEADERS after the end of both sides", .send(Frames.get()), .waitForEnd(1),
      .send(Frames.get()), answer: .connectionError(.streamClosed)),
    Row(
      "5.1", "CONTINUATION after the end of both sides", .send(Frames.get()), .waitForEnd(1),
      .send(Frames.continuation()), answer: .connectionError([.streamClosed, .protocolError])),
    Row(
      "5.1", "DATA on a stream that was skipped",
      .send(Frames.get(stream: 5) + Frames.data(stream: 3, [1])),
      answer: .connectionError(.streamClosed)),
  ])
  func `closed by the client: ends the connection`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    Row(
      "5.1", "PRIORITY, WINDOW_UPDATE and RST_STREAM after RST_STREAM",
      .send(
        reset + Frames.priority(stream: 1) + Frames.windowUpdate(stream: 1, 1)
          + Frames.reset(stream: 1)),
      answer: .nothing),
    Row(
      "5.1", "PRIORITY, WINDOW_UPDATE and RST_STREAM after the end of both sides",
      .send(Frames.get()), .waitForEnd(1),
      .send(
        Frames.priority(stream: 1) + Frames.windowUpdate(stream: 1, 1) + Frames.reset(stream: 1)
          + Frames.get(stream: 3)),
      answer: .response(3)),
    Row(
      "5.1", "PRIORITY, WINDOW_UPDATE and RST_STREAM on a stream that was skipped",
      .send(
        Frames.get(stream: 5) + Frames.priority(stream: 3) + Frames.windowUpdate(stream: 3, 1)
          + Frames.reset(stream: 3)),
      answer: .response(5)),
  ])
  func `closed: takes PRIORITY, WINDOW_UPDATE and RST_STREAM`(row: Row) async throws {
    try await row.check()
  }

  /// A request that is malformed and not ended: the server resets its stream.
  private static let malformed = Frames.post(adding: [("X", "y")])

  @Test(arguments: [
    Row(
      "5.1", "DATA on its way when the server reset the stream", .send(malformed),
      .waitForReset(1), .send(Frames.data(stream: 1, [1]) + Frames.get(stream: 3)),
      answer: .response(3)),
    Row(
      "5.1",
      "trailers on their way when the server reset the stream, to whose fields the next "
        + "block refers", .send(malformed), .waitForReset(1),
      .send(
        Frames.headers(block: [0x40, 1, 0x78, 1, 0x79])
          + Frames.headers(stream: 3, block: Frames.block(Frames.plain()) + [0xBE])),
      answer: .response(3)),
    Row(
      "5.1", "all other frames on their way when the server reset the stream", .send(malformed),
      .waitForReset(1),
      .send(
        Frames.priority(stream: 1) + Frames.windowUpdate(stream: 1, 1) + Frames.reset(stream: 1)
          + Frames.get(stream: 3)),
      answer: .response(3)),
    Row(
      "5.1", "DATA after a refusal that came before the request's end",
      .send(Frames.headers(stream: 1, Frames.call(path: "/nowhere"))), .waitForReset(1),
      .send(Frames.data(stream: 1, [1]) + Frames.get(stream: 3)), answer: .response(3)),
  ])
  func `closed by the server: takes what was on its way`(row: Row) async throws {
    try await row.check()
  }
}
