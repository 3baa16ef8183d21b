import CProtobufC

/// How a value is framed on the wire. Groups (3 and 4) are refused by the reader.
enum WireType: UInt32 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

/// Steps over tags and values of one serialized message.
struct WireReader {
  private var next: UnsafeRawPointer
  private let end: UnsafeRawPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    // A message of no bytes may have no address; this one is never read.
    next = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
    end = next + bytes.count
  }

  var isAtEnd: Bool { next == end }

  /// The next tag.
  mutating func tag(
    in type: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(DecodingError) -> (number: UInt32, wireType: WireType) {
    let tag = try varint(in: type)
    let number = tag >> 3
    // Numbers have 29 bits, which makes a tag 32 bits wide.
    guard number > 0, tag <= UInt32.max else { throw .invalidTag(message: type.fullName) }
    guard let wireType = WireType(rawValue: UInt32(tag & 7)) else {
      if tag & 7 == 3 || tag & 7 == 4 { throw .group(message: type.fullName) }
      throw .invalidTag(message: type.fullName)
    }
    return (UInt32(number), wireType)
  }

  /// The bytes of the value after a tag, without the length in front of length-delimited ones.
  mutating func value(
    _ wireType: WireType, in type: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(DecodingError) -> UnsafeRawBufferPointer {
    switch wireType {
    case .varint:
      let start = next
      _ = try varint(in: type)
      return UnsafeRawBufferPointer(start: start, count: next - start)
    case .fixed64: return try bytes(8, in: type)
    case .fixed32: return try bytes(4, in: type)
    case .lengthDelimited: return try bytes(varint(in: type), in: type)
    }
  }

  private mutating func bytes(
    _ count: UInt64, in type: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(DecodingError) -> UnsafeRawBufferPointer {
    guard count <= UInt64(end - next) else { throw .truncated(message: type.fullName) }
    defer { next += Int(count) }
    return UnsafeRawBufferPointer(start: next, count: Int(count))
  }

  private mutating func varint(
    in type: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(DecodingError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while next != end {
      let byte = next.load(as: UInt8.self)
      next += 1
      result |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return result }
      shift += 7
      if shift == 70 { throw .invalidVarint(message: type.fullName) }
    }
    throw .truncated(message: type.fullName)
  }
}
