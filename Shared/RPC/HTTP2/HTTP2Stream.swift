/// One stream of a session. The server and the client side override what concerns them.
///
/// The session keeps a stream alive from its begin to ``closed(_:)``, which comes exactly once,
/// also when the whole connection goes away.
class HTTP2Stream {
  /// The number on the wire; 0 before the stream is opened.
  fileprivate(set) final var id: Int32 = 0
  /// Its place in the session's table; -1 when it is not open.
  fileprivate final var slot = -1
  /// Whether the peer has ended its side.
  final var isRemoteEnded = false

  /// Whether frames can still be submitted for this stream.
  final var isOpen: Bool { slot >= 0 }

  /// One header or trailer; the bytes are valid during the call.
  func receivedHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {}
  /// A header block is complete.
  func receivedHeaders(endsStream: Bool) {}
  /// Some body bytes; valid during the call.
  func receivedData(_ bytes: UnsafeRawBufferPointer) {}
  /// The peer has ended its side properly.
  func receivedEnd() {}
  /// Our headers could not be sent (they are too large for HPACK's buffer); the stream goes away.
  func headersNotSent() {}
  /// The stream is gone.
  func closed(_ code: HTTP2ErrorCode) {}
  /// Fills the buffer of the next DATA frame.
  func produceBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart { .end(0) }
}

/// The open streams of a session. nghttp2 holds plain pointers to them and, when a session is
/// deleted, tells nobody; this table is what keeps them alive and what closes them then.
struct HTTP2StreamTable {
  private var slots: [HTTP2Stream?] = []
  private var free: [Int] = []

  /// How many are open.
  private(set) var count = 0
  /// How many were ever opened.
  private(set) var begun = 0

  mutating func insert(_ stream: HTTP2Stream, id: Int32) {
    stream.id = id
    stream.isRemoteEnded = false
    count += 1
    begun += 1
    if let slot = free.popLast() {
      slots[slot] = stream
      stream.slot = slot
    } else {
      stream.slot = slots.count
      slots.append(stream)
    }
  }

  mutating func remove(_ stream: HTTP2Stream) {
    guard stream.slot >= 0 else { return }
    slots[stream.slot] = nil
    free.append(stream.slot)
    stream.slot = -1
    count -= 1
  }

  /// Every open stream, in no particular order.
  var all: [HTTP2Stream] { slots.compactMap { $0 } }
}
