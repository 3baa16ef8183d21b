import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §4.1, frame format` {
  @Test(arguments: [
    Row("4.1", "a frame of an unknown type", .send(Frames.unknown()), answer: .nothing),
    Row("4.1", "a frame of type 255", .send(Frames.unknown(type: 255)), answer: .nothing),
    Row("4.1", "a frame of RFC 7838's type", .send(Frames.unknown(type: 10)), answer: .nothing),
    Row(
      "4.1", "frames of unknown types on an idle, an open and a closed stream",
      .send(
        Frames.unknown(stream: 1) + Frames.post() + Frames.unknown(stream: 1)
          + Frames.data(stream: 1, [1])),
      .waitForEnd(1), .send(Frames.unknown(stream: 1)), answer: .response(1)),
    Row(
      "4.1", "a PING with flags that PING does not have",
      .send(Frames.frame(type: 6, flags: 0xFE, stream: 0, Frames.zeros(8))),
      answer: .control(type: 6, flags: 1, payload: Frames.zeros(8))),
    Row(
      "4.1", "a request whose frames have flags without a meaning",
      .send(
        Frames.headers(block: Frames.block(Frames.plain("POST")), flags: 0xD2 | Frames.endHeaders)
          + Frames.frame(type: 0, flags: 0xF6 | Frames.endStream, stream: 1, [1])),
      answer: .response(1)),
    Row(
      "4.1", "a PING with the reserved bit set",
      .send(Frames.frame(type: 6, stream: 1 << 31, Frames.zeros(8))),
      answer: .control(type: 6, flags: 1, payload: Frames.zeros(8))),
    Row(
      "4.1", "a request with the reserved bit set", .send(Frames.get(stream: 1 << 31 | 1)),
      answer: .response(1)),
  ])
  func `what has no meaning is ignored`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §4.2, frame size` {
  private static let most = 1 << 14

  @Test(arguments: [
    Row(
      "4.2", "DATA of 2^14 bytes",
      .send(Frames.post() + Frames.data(stream: 1, Frames.zeros(most))), answer: .response(1)),
    Row(
      "4.2", "DATA of no bytes that ends the stream",
      .send(Frames.post() + Frames.data(stream: 1, [])), answer: .response(1)),
    Row(
      "4.2", "DATA over 2^14 bytes",
      .send(Frames.post() + Frames.data(stream: 1, Frames.zeros(most + 1))),
      answer: .anyError(1, .frameSizeError)),
    Row(
      "4.2", "HEADERS over 2^14 bytes", .send(Frames.headers(block: Frames.zeros(most + 1))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "4.2", "CONTINUATION over 2^14 bytes",
      .send(
        Frames.headers(block: [], flags: 0) + Frames.continuation(Frames.zeros(most + 1))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "4.2", "SETTINGS over 2^14 bytes",
      .send(Frames.frame(type: 4, stream: 0, Frames.zeros(6 * 2_731))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "4.2", "GOAWAY over 2^14 bytes",
      .send(Frames.frame(type: 7, stream: 0, Frames.zeros(most + 1))),
      answer: .connectionError(.frameSizeError)),
    // An unknown type could be ignored; but its size is not, so that nobody has to read on.
    Row(
      "4.2", "a frame of an unknown type over 2^14 bytes",
      .send(Frames.frame(type: 0x16, stream: 0, Frames.zeros(most + 1))),
      answer: .connectionError(.frameSizeError)),
    Row(
      "4.2", "HEADERS too short for the priority they announce",
      .send(Frames.headers(block: Frames.zeros(4), flags: 0x25)),
      answer: .connectionError(.frameSizeError)),
    // FRAME_SIZE_ERROR by §4.2, PROTOCOL_ERROR by §6.1 and §6.2: as much padding as payload.
    Row(
      "4.2", "DATA too short for the pad length it announces",
      .send(Frames.post() + Frames.frame(type: 0, flags: 0x9, stream: 1)),
      answer: .connectionError([.frameSizeError, .protocolError])),
    Row(
      "4.2", "HEADERS too short for the pad length they announce",
      .send(Frames.headers(block: [], flags: 0xD)),
      answer: .connectionError([.frameSizeError, .protocolError])),
  ])
  func `is limited for every type`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §4.3, field sections` {
  private static let block = Frames.block(Frames.plain())
  private static let open = Frames.headers(block: block, flags: Frames.endStream)

  @Test(arguments: [
    Row(
      "4.3", "a block with an index that does not exist", .send(Frames.headers(block: [0xFF, 0])),
      answer: .connectionError(.compressionError)),
    Row(
      "4.3", "a block that is cut off inside a field",
      .send(Frames.headers(block: Array(block.dropLast(2)))),
      answer: .connectionError(.compressionError)),
    Row(
      "4.3", "a block in two pieces",
      .send(
        Frames.headers(block: Array(block.prefix(7)), flags: Frames.endStream)
          + Frames.continuation(Array(block.dropFirst(7)))),
      answer: .response(1)),
    Row(
      "4.3", "a block in five pieces, some of them empty",
      .send(
        Frames.headers(block: [], flags: Frames.endStream)
          + Frames.continuation(Array(block.prefix(1)), flags: 0) + Frames.continuation(flags: 0)
          + Frames.continuation(Array(block.dropFirst(1)), flags: 0) + Frames.continuation()),
      answer: .response(1)),
    Row(
      "4.3", "a malformed request's block, whose fields the next block refers to",
      .send(
        Frames.headers(stream: 1, block: [0x40, 1, 0x41, 1, 0x61] + [0x40, 1, 0x78, 1, 0x79])
          + Frames.headers(stream: 3, block: block + [0xBE])),
      answer: .response(3)),
  ])
  func `are decoded in order`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    Row(
      "4.3", "PRIORITY inside a block", .send(open + Frames.priority(stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "HEADERS of another stream inside a block", .send(open + Frames.get(stream: 3)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "HEADERS of the same stream inside a block", .send(open + Frames.get()),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "DATA inside a block", .send(open + Frames.data(stream: 1, [1])),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "RST_STREAM inside a block", .send(open + Frames.reset(stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "SETTINGS inside a block", .send(open + Frames.settings),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "PING inside a block", .send(open + Frames.ping(1)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "WINDOW_UPDATE inside a block", .send(open + Frames.windowUpdate(stream: 0, 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "GOAWAY inside a block", .send(open + Frames.goAway(lastStream: 0)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "a frame of an unknown type inside a block", .send(open + Frames.unknown(stream: 1)),
      answer: .connectionError(.protocolError)),
    Row(
      "4.3", "CONTINUATION of another stream inside a block",
      .send(open + Frames.continuation(stream: 3)), answer: .connectionError(.protocolError)),
  ])
  func `are never interleaved`(row: Row) async throws { try await row.check() }
}
