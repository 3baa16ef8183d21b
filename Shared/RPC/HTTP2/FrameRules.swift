/// Rules of RFC 9113 that bind a server and that nghttp2 leaves to it, checked before nghttp2 sees
/// a frame. Each frame here is one that no correct client sends, however late our own frames reach
/// it.
struct FrameRules {
  private var heads: FrameHeadReader
  private var history = StreamHistory()
  private var isInsideHeaderBlock = false

  /// Rules for what follows a preface of so many bytes.
  init(prefaceBytes: Int) { heads = FrameHeadReader(skipping: prefaceBytes) }

  /// The first frame in these bytes that breaks a rule: how many bytes come before it, and the
  /// error of the connection that it is.
  mutating func firstBreach(
    in bytes: UnsafeRawBufferPointer
  ) -> (offset: Int, error: HTTP2ErrorCode)? {
    var offset = 0
    while let next = heads.next(in: bytes, from: &offset) {
      if let error = breach(next.head) { return (next.start, error) }
    }
    return nil
  }

  private mutating func breach(_ head: FrameHead) -> HTTP2ErrorCode? {
    // nghttp2 knows what may come inside a header block: nothing.
    if isInsideHeaderBlock, head.type != FrameHead.continuation { return nil }
    switch head.type {
    case FrameHead.headers:
      isInsideHeaderBlock = !head.endsHeaders
      return history.takeHeaders(head.stream, endsStream: head.endsStream)
    case FrameHead.continuation:
      isInsideHeaderBlock = !head.endsHeaders
      // §4.2. Of all types nghttp2 does not look at the length of this one.
      return head.length > FrameHead.maximumPayloadBytes ? .frameSizeError : nil
    case FrameHead.data: return history.takeData(head.stream, endsStream: head.endsStream)
    case FrameHead.resetStream:
      history.takeReset(head.stream)
      return nil
    case FrameHead.priority:
      // §6.3; and RFC 7540 §5.3.1 for a stream that depends on itself.
      return head.stream == 0 || head.dependency == head.stream ? .protocolError : nil
    default: return nil
    }
  }
}

/// What became of the streams that a client has opened last. nghttp2 forgets a stream once it is
/// closed, and then takes for late what is wrong.
///
/// A stream is here as the client has to see it: ended by its own END_STREAM or RST_STREAM, never
/// by ours, which it may not have got yet.
struct StreamHistory {
  // Streams further back are forgotten: §5.1 lets what comes on closed streams be ignored. 64 are
  // one machine word; clients open their streams in order, one by one.
  private static let length: UInt32 = 64

  private var newest: UInt32 = 0
  /// Bit n is for the stream that is 2n below the newest.
  private var opened: UInt64 = 0
  private var ended: UInt64 = 0

  /// A HEADERS frame came: opens a stream, or brings trailers.
  mutating func takeHeaders(_ stream: UInt32, endsStream: Bool) -> HTTP2ErrorCode? {
    if stream & 1 == 1, stream > newest {
      move(to: stream)
      opened |= 1
      if endsStream { ended |= 1 }
      return nil
    }
    guard let bit = bit(of: stream) else { return nil }
    // §5.1.1: a new stream is newer than all others.
    guard opened & bit != 0 else { return .protocolError }
    return take(bit, endsStream)
  }

  /// A DATA frame came.
  mutating func takeData(_ stream: UInt32, endsStream: Bool) -> HTTP2ErrorCode? {
    guard let bit = bit(of: stream) else { return nil }
    // §5.1.1: a stream that was skipped is closed.
    guard opened & bit != 0 else { return .streamClosed }
    return take(bit, endsStream)
  }

  /// A RST_STREAM frame came.
  mutating func takeReset(_ stream: UInt32) {
    if let bit = bit(of: stream) { ended |= bit }
  }

  private mutating func take(_ bit: UInt64, _ endsStream: Bool) -> HTTP2ErrorCode? {
    guard ended & bit == 0 else { return .streamClosed }
    if endsStream { ended |= bit }
    return nil
  }

  private mutating func move(to stream: UInt32) {
    // A shift by the whole width, as smart shifts have it, leaves nothing.
    let distance = newest == 0 ? Self.length : (stream - newest) / 2
    opened <<= distance
    ended <<= distance
    newest = stream
  }

  /// Nil for what is not a remembered stream of the client's.
  private func bit(of stream: UInt32) -> UInt64? {
    guard stream & 1 == 1, stream <= newest else { return nil }
    let distance = (newest - stream) / 2
    return distance < Self.length ? 1 << distance : nil
  }
}
