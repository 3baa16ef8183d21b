/// The head of a frame (RFC 9113 §4.1).
struct FrameHead: Hashable {
  /// The types that have rules here.
  static let (data, headers, priority, resetStream, continuation):
    (
      UInt8, UInt8, UInt8, UInt8, UInt8
    ) = (0, 1, 2, 3, 9)
  /// SETTINGS_MAX_FRAME_SIZE as long as nobody changes it (§6.5.2); we never do.
  static let maximumPayloadBytes = 1 << 14

  /// Bytes of payload that follow.
  var length: Int
  var type: UInt8
  var flags: UInt8
  /// The number of the stream, without the reserved bit.
  var stream: UInt32
  /// What a PRIORITY frame of a proper length says its stream depends on.
  var dependency: UInt32?

  var endsStream: Bool { flags & 0x1 != 0 }
  var endsHeaders: Bool { flags & 0x4 != 0 }
}

/// Finds the heads of the frames in bytes that arrive in pieces, wherever they are cut.
struct FrameHeadReader {
  private static let headBytes = 9
  /// The length of a PRIORITY frame, and of the part of it that is read here.
  private static let (priorityBytes, dependencyBytes) = (5, 4)

  /// Bytes of a payload, or of the client's preface, that are still to come.
  private var skipped: Int
  /// A head of which only a part has come, in the order of the wire.
  private var partial: (UInt64, UInt64) = (0, 0)
  private var partialBytes = 0

  /// A reader of what follows so many bytes that are no frame.
  init(skipping count: Int) { skipped = count }

  /// The next head that is complete with these bytes, and where in them it starts; nil when there
  /// is none any more. The offset moves behind what was read.
  mutating func next(
    in bytes: UnsafeRawBufferPointer, from offset: inout Int
  ) -> (head: FrameHead, start: Int)? {
    let count = min(skipped, bytes.count - offset)
    skipped -= count
    offset += count
    let start = offset
    guard take(Self.headBytes, of: bytes, from: &offset) else { return nil }
    var head = head()
    var read = 0
    if head.type == FrameHead.priority, head.length == Self.priorityBytes {
      read = Self.dependencyBytes
      guard take(Self.headBytes + read, of: bytes, from: &offset) else { return nil }
      head.dependency = number(at: Self.headBytes) & 0x7FFF_FFFF
    }
    partialBytes = 0
    skipped = head.length - read
    return (head, start)
  }

  /// Fills the partial head up to so many bytes; false when they have not all come.
  private mutating func take(
    _ wanted: Int, of bytes: UnsafeRawBufferPointer, from offset: inout Int
  ) -> Bool {
    let count = min(wanted - partialBytes, bytes.count - offset)
    if count > 0 {
      withUnsafeMutableBytes(of: &partial) { partial in
        UnsafeMutableRawBufferPointer(rebasing: partial[partialBytes...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
      }
      partialBytes += count
      offset += count
    }
    return partialBytes >= wanted
  }

  private func head() -> FrameHead {
    let start = number(at: 0)
    return withUnsafeBytes(of: partial) { partial in
      FrameHead(
        length: Int(start >> 8), type: partial[3], flags: partial[4],
        stream: number(at: 5) & 0x7FFF_FFFF)
    }
  }

  private func number(at offset: Int) -> UInt32 {
    withUnsafeBytes(of: partial) {
      UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
  }
}
