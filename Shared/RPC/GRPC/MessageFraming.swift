import NIOCore

/// gRPC's length-prefixed messages: one flag byte, four bytes of length (big-endian), the message.
enum GRPCFraming {
  /// Bytes before each message.
  static let prefixCount = 5
}

/// Cuts what arrives on a stream into messages. Keeps only the message that is incomplete.
struct MessageDeframer {
  private let maximumMessageBytes: Int
  private var prefix: UInt64 = 0
  private var prefixCount = 0
  private var partial = PartialMessage()

  /// Messages longer than the maximum (bytes) are refused as soon as their prefix is there.
  init(maximumMessageBytes: Int) { self.maximumMessageBytes = maximumMessageBytes }

  /// Whether a message has begun and is not complete.
  var isInsideMessage: Bool { prefixCount > 0 }
  /// Memory kept for the incomplete message, in bytes: a little more than what has come of it.
  var heldBytes: Int { partial.capacity }

  /// Takes the next bytes and hands out every message that is complete now, and whether it is
  /// marked as compressed.
  mutating func feed(
    _ bytes: UnsafeRawBufferPointer,
    _ emit: (_ message: ByteBuffer, _ isCompressed: Bool) throws(Status) -> Void
  ) throws(Status) {
    var rest = bytes[...]
    while true {
      while prefixCount < GRPCFraming.prefixCount, let byte = rest.popFirst() {
        prefix = prefix << 8 | UInt64(byte)
        prefixCount += 1
      }
      guard prefixCount == GRPCFraming.prefixCount else { return }
      let length = try messageLength()
      let wanted = length - partial.byteCount
      guard rest.count >= wanted else { return partial.append(rest, wanted: wanted) }
      let end = UnsafeRawBufferPointer(rebasing: rest.prefix(wanted))
      rest = rest.dropFirst(wanted)
      let isCompressed = prefix >> 32 == 1
      prefix = 0
      prefixCount = 0
      try emit(partial.completed(with: end), isCompressed)
    }
  }

  private func messageLength() throws(Status) -> Int {
    guard prefix >> 32 <= 1 else {
      throw Status(
        code: .internalError, reason: "MESSAGE_PREFIX_INVALID",
        message: "the first byte of a message must be 0 or 1")
    }
    let length = Int(prefix & 0xFFFF_FFFF)
    guard length <= maximumMessageBytes else {
      throw Status(
        code: .resourceExhausted, reason: "MESSAGE_TOO_LARGE",
        message: "the message has \(length) bytes, the limit is \(maximumMessageBytes)")
    }
    return length
  }
}

/// The begin of a message, in pieces of one size: a buffer that grows would hold up to twice as
/// much, and leave holes behind each time it moves.
private struct PartialMessage {
  private static let pieceBytes = 16 << 10

  private var pieces: [ByteBuffer] = []
  /// Bytes that have come.
  private(set) var byteCount = 0
  /// Bytes of memory kept.
  private(set) var capacity = 0

  /// Adds bytes of a message of which so many are still wanted.
  mutating func append(_ bytes: UnsafeRawBufferPointer.SubSequence, wanted: Int) {
    var rest = bytes
    var wanted = wanted
    while !rest.isEmpty {
      if pieces.last?.writableBytes ?? 0 == 0 {
        let piece = ByteBufferAllocator().buffer(capacity: min(Self.pieceBytes, wanted))
        capacity += piece.storageCapacity
        pieces.append(piece)
      }
      let count = min(rest.count, pieces[pieces.count - 1].writableBytes)
      pieces[pieces.count - 1].writeBytes(rest.prefix(count))
      rest = rest.dropFirst(count)
      byteCount += count
      wanted -= count
    }
  }

  /// The whole message, and nothing kept.
  mutating func completed(with end: UnsafeRawBufferPointer) -> ByteBuffer {
    guard byteCount > 0 else { return ByteBuffer(bytes: end) }
    var message = ByteBufferAllocator().buffer(capacity: byteCount + end.count)
    for piece in pieces { message.writeImmutableBuffer(piece) }
    message.writeBytes(end)
    self = PartialMessage()
    return message
  }
}

/// What waits to be sent on a stream: messages with their prefix, or plain bytes.
struct OutboundBody {
  private struct Part {
    var bytes: ByteBuffer
    var isMessage: Bool
    var isCompressed = false

    var count: Int { bytes.readableBytes + (isMessage ? GRPCFraming.prefixCount : 0) }

    /// The prefix as a number whose low five bytes are the wire's, in big-endian order.
    var prefix: UInt64 { UInt64(bytes.readableBytes) | (isCompressed ? 1 << 32 : 0) }
  }

  // Almost always there is one part at most; it then costs no queue.
  private var first: Part?
  private var others: CircularBuffer<Part>?
  private var offset = 0

  /// Bytes that wait.
  private(set) var byteCount = 0

  mutating func append(message: ByteBuffer) { append(Part(bytes: message, isMessage: true)) }

  /// Adds a message, compressed if it can be.
  mutating func append(compressing message: ByteBuffer) {
    guard let compressed = Gzip.compress(message) else { return append(message: message) }
    append(Part(bytes: compressed, isMessage: true, isCompressed: true))
  }

  mutating func append(bytes: ByteBuffer) { append(Part(bytes: bytes, isMessage: false)) }

  private mutating func append(_ part: Part) {
    byteCount += part.count
    if first == nil {
      first = part
    } else {
      others = others ?? CircularBuffer()
      others?.append(part)
    }
  }

  mutating func removeAll() {
    first = nil
    others = nil
    offset = 0
    byteCount = 0
  }

  /// Moves as much as fits into the buffer; returns how much.
  mutating func copy(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var copied = 0
    while let part = first {
      let space = UnsafeMutableRawBufferPointer(rebasing: buffer[copied...])
      let count = Self.copy(part, from: offset, into: space)
      copied += count
      offset += count
      guard offset == part.count else { break }
      offset = 0
      first = others?.popFirst()
    }
    byteCount -= copied
    return copied
  }

  private static func copy(
    _ part: Part, from offset: Int, into space: UnsafeMutableRawBufferPointer
  ) -> Int {
    var offset = offset
    var copied = 0
    if part.isMessage {
      while offset < GRPCFraming.prefixCount, copied < space.count {
        let shift = 8 * (GRPCFraming.prefixCount - 1 - offset)
        space[copied] = UInt8(truncatingIfNeeded: part.prefix >> UInt64(shift))
        offset += 1
        copied += 1
      }
      offset -= GRPCFraming.prefixCount
    }
    guard offset >= 0, copied < space.count else { return copied }
    let count = min(part.bytes.readableBytes - offset, space.count - copied)
    part.bytes.withUnsafeReadableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: space[copied...]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
    }
    return copied + count
  }
}
