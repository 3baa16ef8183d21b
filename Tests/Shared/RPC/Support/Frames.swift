/// HTTP/2 frames written by hand, so that tests can say what no library would.
enum Frames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  static let settings = frame(type: 4, stream: 0)
  static let settingsAcknowledgement = frame(type: 4, flags: 1, stream: 0)

  static func frame(type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = [])
    -> [UInt8]
  {
    let count = payload.count
    return [UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags]
      + bigEndian(stream) + payload
  }

  static func data(stream: UInt32, _ payload: [UInt8], end: Bool = true) -> [UInt8] {
    frame(type: 0, flags: end ? 1 : 0, stream: stream, payload)
  }

  static func headers(
    stream: UInt32, _ list: [(String, String)], end: Bool = false, endHeaders: Bool = true
  ) -> [UInt8] {
    frame(
      type: 1, flags: (end ? 1 : 0) | (endHeaders ? 4 : 0), stream: stream, block(list))
  }

  static func reset(stream: UInt32, code: UInt32 = 8) -> [UInt8] {
    frame(type: 3, stream: stream, bigEndian(code))
  }

  static func ping(_ number: UInt8) -> [UInt8] {
    frame(type: 6, stream: 0, [UInt8](repeating: number, count: 8))
  }

  static func goAway(lastStream: UInt32, code: UInt32 = 0) -> [UInt8] {
    frame(type: 7, stream: 0, bigEndian(lastStream) + bigEndian(code))
  }

  /// The headers of a gRPC call, with some taken out or put in.
  static func call(
    path: String = "/test.Echo/Unary", without: Set<String> = [],
    adding: [(String, String)] = []
  ) -> [(String, String)] {
    let usual = [
      (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
      ("te", "trailers"), ("content-type", "application/grpc"),
    ]
    return usual.filter { !without.contains($0.0) } + adding
  }

  /// A gRPC message with its prefix.
  static func message(_ text: String, flag: UInt8 = 0) -> [UInt8] {
    [flag] + bigEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  /// HPACK: every header as a literal that is not indexed.
  static func block(_ list: [(String, String)]) -> [UInt8] {
    list.flatMap { [0x00] + string($0.0) + string($0.1) }
  }

  private static func string(_ text: String) -> [UInt8] {
    let count = text.utf8.count
    if count < 127 { return [UInt8(count)] + Array(text.utf8) }
    var rest = count - 127
    var prefix: [UInt8] = [127]
    while rest >= 128 {
      prefix.append(UInt8(rest % 128 + 128))
      rest /= 128
    }
    return prefix + [UInt8(rest)] + Array(text.utf8)
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}

/// A frame as it was received.
struct ReceivedFrame: Hashable {
  let type: UInt8
  let flags: UInt8
  let stream: UInt32
  let payload: [UInt8]

  static let rstStream: UInt8 = 3
  static let goAway: UInt8 = 7

  /// The error code of a RST_STREAM or GOAWAY frame.
  var errorCode: UInt32 {
    let start = type == Self.goAway ? 4 : 0
    guard payload.count >= start + 4 else { return .max }
    return payload[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Cuts bytes into frames; an incomplete one at the end is left out.
  static func parse(_ bytes: [UInt8]) -> [ReceivedFrame] {
    var frames: [ReceivedFrame] = []
    var offset = 0
    while offset + 9 <= bytes.count {
      let count = bytes[offset..<offset + 3].reduce(0) { $0 << 8 | Int($1) }
      guard offset + 9 + count <= bytes.count else { break }
      frames.append(
        ReceivedFrame(
          type: bytes[offset + 3], flags: bytes[offset + 4],
          stream: bytes[offset + 5..<offset + 9].reduce(0) { $0 << 8 | UInt32($1) },
          payload: Array(bytes[offset + 9..<offset + 9 + count])))
      offset += 9 + count
    }
    return frames
  }
}
