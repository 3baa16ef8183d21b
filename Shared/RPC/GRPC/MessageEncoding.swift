import NIOCore

/// How messages may be encoded on the wire (`grpc-encoding`).
public enum MessageEncoding: String, Hashable, Sendable {
  /// As they are.
  case identity
  /// Compressed with gzip (RFC 1952).
  case gzip

  /// What both sides say they accept (`grpc-accept-encoding`).
  static let accepted: StaticString = "identity,gzip"

  /// The encoding of a header's value; nil for one that is not offered here.
  init?(_ value: UnsafeRawBufferPointer) {
    if value.equals("identity") {
      self = .identity
    } else if value.equals("gzip") {
      self = .gzip
    } else {
      return nil
    }
  }

  /// Whether a `grpc-accept-encoding` names gzip.
  static func acceptsGzip(_ value: UnsafeRawBufferPointer) -> Bool {
    value.split(separator: UInt8(ascii: ",")).contains { name in
      let first = name.firstIndex { $0 != UInt8(ascii: " ") } ?? name.endIndex
      let last = name.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? first
      return UnsafeRawBufferPointer(rebasing: name[first..<max(first, last)]).equals("gzip")
    }
  }
}

/// A message as it came, and how.
struct ReceivedMessage {
  var bytes: ByteBuffer
  /// Whether it was compressed on the wire.
  var wasCompressed: Bool
}

/// Cuts what arrives on a stream into messages and decompresses them.
struct MessageReader {
  private var deframer: MessageDeframer
  private let maximumMessageBytes: Int
  /// The `grpc-encoding` of the other side.
  var encoding: MessageEncoding

  /// Messages longer than the maximum (bytes, after decompression) are refused.
  init(maximumMessageBytes: Int, encoding: MessageEncoding = .identity) {
    self.maximumMessageBytes = maximumMessageBytes
    self.encoding = encoding
    deframer = MessageDeframer(maximumMessageBytes: maximumMessageBytes)
  }

  /// Whether a message has begun and is not complete.
  var isInsideMessage: Bool { deframer.isInsideMessage }
  /// Memory kept for the incomplete message, in bytes.
  var heldBytes: Int { deframer.heldBytes }

  /// Takes the next bytes and hands out every message that is complete now.
  ///
  /// - Parameter room: says how many bytes a message may grow to by decompression; less than the
  ///   maximum when much is held already.
  mutating func feed(
    _ bytes: UnsafeRawBufferPointer, room: () -> Int,
    _ emit: (ReceivedMessage) throws(Status) -> Void
  ) throws(Status) {
    let (encoding, maximum) = (encoding, maximumMessageBytes)
    try deframer.feed(bytes) { message, isCompressed throws(Status) in
      guard isCompressed else {
        return try emit(ReceivedMessage(bytes: message, wasCompressed: false))
      }
      guard encoding == .gzip else {
        throw Status(
          code: .internalError, reason: "ENCODING_NOT_AGREED",
          message: "a message is marked as compressed, but no grpc-encoding was agreed")
      }
      let bytes = try Gzip.decompress(message, maximum: min(maximum, max(0, room())))
      try emit(ReceivedMessage(bytes: bytes, wasCompressed: true))
    }
  }
}
