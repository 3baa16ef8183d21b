/// What the conformance tables send.
extension Frames {
  static let fencePayload = Array("millrace".utf8)

  // The flags of RFC 9113 §6.
  static let endStream: UInt8 = 0x1
  static let acknowledgement: UInt8 = 0x1
  static let endHeaders: UInt8 = 0x4
  static let padded: UInt8 = 0x8
  static let hasPriority: UInt8 = 0x20

  /// The headers of a plain request, with some taken out or put in.
  static func plain(
    _ method: String = "GET", without: Set<String> = [], first: [(String, String)] = [],
    adding: [(String, String)] = []
  ) -> [(String, String)] {
    let usual = [
      (":method", method), (":scheme", "http"), (":path", "/healthz"), (":authority", "test"),
    ]
    return first + usual.filter { !without.contains($0.0) } + adding
  }

  /// A whole plain request.
  static func get(stream: UInt32 = 1) -> [UInt8] { headers(stream: stream, plain(), end: true) }

  /// The headers of a plain request with a body.
  static func post(stream: UInt32 = 1, adding: [(String, String)] = []) -> [UInt8] {
    headers(stream: stream, plain("POST", adding: adding))
  }

  /// A HEADERS frame around a given block.
  static func headers(
    stream: UInt32 = 1, block: [UInt8], flags: UInt8 = endStream | endHeaders
  ) -> [UInt8] {
    frame(type: 1, flags: flags, stream: stream, block)
  }

  static func priority(stream: UInt32, on dependency: UInt32 = 0) -> [UInt8] {
    frame(type: 2, stream: stream, bytes(dependency) + [15])
  }

  static func settings(_ entries: (id: UInt16, value: UInt32)...) -> [UInt8] {
    frame(
      type: 4, stream: 0,
      entries.flatMap { [UInt8($0.id >> 8), UInt8($0.id & 0xFF)] + bytes($0.value) })
  }

  /// SETTINGS_INITIAL_WINDOW_SIZE alone.
  static func initialWindow(_ value: UInt32) -> [UInt8] { settings((4, value)) }

  static func windowUpdate(stream: UInt32, _ increment: UInt32) -> [UInt8] {
    frame(type: 8, stream: stream, bytes(increment))
  }

  static func continuation(
    stream: UInt32 = 1, _ block: [UInt8] = [], flags: UInt8 = endHeaders
  ) -> [UInt8] {
    frame(type: 9, flags: flags, stream: stream, block)
  }

  /// A frame of a type that nobody has defined.
  static func unknown(type: UInt8 = 0x16, flags: UInt8 = 0xFF, stream: UInt32 = 0) -> [UInt8] {
    frame(type: type, flags: flags, stream: stream, [UInt8](repeating: 0xA5, count: 8))
  }

  /// A number in network order.
  static func bytes(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
