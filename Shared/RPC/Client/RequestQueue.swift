import NIOCore

/// The request messages of a call: those that wait to be sent, and those that may have to be sent
/// once more.
struct RequestQueue {
  private let encoding: MessageEncoding
  private let maximumReplayBytes: Int
  private var outbound = OutboundBody()
  /// What was given so far; nil when it will not be sent again.
  private var replay: [(message: ByteBuffer, compressed: Bool)]? = []
  private var replayBytes = 0
  private var isEndSent = false

  /// There is no further message.
  var isFinished = false
  /// nghttp2 waits for ``HTTP2Session/resume(_:)`` before it asks for more.
  var isDeferred = false

  /// The first message is kept whatever its size: the caller holds it anyway. A stream is kept as
  /// far as it waits for room.
  init(encoding: MessageEncoding, limits: Limits) {
    self.encoding = encoding
    maximumReplayBytes = limits.streamOutboundBytes
  }

  /// Bytes that wait.
  var byteCount: Int { outbound.byteCount }
  /// Whether the server has everything, its end included.
  var isAllSent: Bool { isEndSent }

  mutating func append(_ message: ByteBuffer, compressed: Bool) {
    if replay?.isEmpty == false, replayBytes + message.readableBytes > maximumReplayBytes {
      replay = nil
    }
    replay?.append((message, compressed))
    replayBytes += message.readableBytes
    send(message, compressed)
  }

  private mutating func send(_ message: ByteBuffer, _ compressed: Bool) {
    if compressed, encoding == .gzip {
      outbound.append(compressing: message)
    } else {
      outbound.append(message: message)
    }
  }

  /// The server has begun to answer: nothing is sent again.
  mutating func commit() { replay = nil }

  /// Begins anew with the first message; false when it is not there any more.
  mutating func rewind() -> Bool {
    guard let replay else { return false }
    outbound.removeAll()
    isEndSent = false
    isDeferred = false
    for entry in replay { send(entry.message, entry.compressed) }
    return true
  }

  /// The call is over.
  mutating func removeAll() {
    outbound.removeAll()
    replay = nil
  }

  /// Fills the next DATA frame.
  mutating func produce(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    let count = outbound.copy(into: buffer)
    guard outbound.byteCount == 0 else { return .bytes(count) }
    if isFinished {
      isEndSent = true
      return .end(count)
    }
    guard count == 0 else { return .bytes(count) }
    isDeferred = true
    return .later
  }
}
