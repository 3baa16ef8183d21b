/// Why text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, in words.
  public let problem: String
  /// At which byte, from 0.
  public let offset: Int
  /// For people and logs.
  public var description: String { "\(problem) at byte \(offset)" }
}

extension JSONValue {
  /// Deepest nesting that is read: Odoo's deepest answers have 6 levels, and the reader recurses.
  public static let maximumDepth = 128

  /// Reads exactly one JSON value (RFC 8259), with white space around it.
  /// - Throws: ``JSONError`` for anything else, for bad UTF-8 and for nesting beyond
  ///   ``maximumDepth``.
  public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.document()
  }

  /// Reads exactly one JSON value in which no object has two members of one name. For what strangers
  /// sign: two readers could otherwise each believe another one of the two (RFC 8725 §2.4).
  /// - Throws: ``JSONError`` for a second member of a name, and as ``init(parsing:)`` does.
  public init(parsingUniqueMembers bytes: some Sequence<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: Array(bytes), refusesSecondMembers: true)
    self = try parser.document()
  }

  /// Reads exactly one JSON value from text.
  public init(parsing text: String) throws(JSONError) { try self.init(parsing: text.utf8) }
}

/// A recursive-descent reader over the bytes. Our own because Foundation's readers, on Linux,
/// either lose the difference between `10` and `10.0` or try every type in turn for each value.
struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  private let refusesSecondMembers: Bool

  init(bytes: [UInt8], refusesSecondMembers: Bool = false) {
    self.bytes = bytes
    self.refusesSecondMembers = refusesSecondMembers
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw error("more follows after the value") }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    guard let byte = peek else { throw error("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ read: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    depth += 1
    guard depth <= JSONValue.maximumDepth else { throw error("nested too deeply") }
    defer { depth -= 1 }
    position += 1
    return try read(&self)
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw error("a member's name must be text") }
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw error("a colon must follow the name") }
      let isSecond = members.updateValue(try value(), forKey: name) != nil
      if isSecond, refusesSecondMembers { throw error("two members have the same name") }
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("a comma or } must follow the member") }
    }
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value())
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw error("a comma or ] must follow the element") }
    }
  }

  private mutating func literal(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw error("not a JSON value") }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isWhole = true
    _ = takeDirectly(UInt8(ascii: "-"))
    let firstDigit = position
    let digits = takeDigits()
    guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
      throw error("not a JSON value")
    }
    if takeDirectly(UInt8(ascii: ".")) {
      isWhole = false
      guard takeDigits() > 0 else { throw error("digits must follow the point") }
    }
    if takeDirectly(UInt8(ascii: "e")) || takeDirectly(UInt8(ascii: "E")) {
      isWhole = false
      if !takeDirectly(UInt8(ascii: "-")) { _ = takeDirectly(UInt8(ascii: "+")) }
      guard takeDigits() > 0 else { throw error("digits must follow the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int64(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else { throw error("number out of range") }
    return .double(value)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    var start = position
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[start..<position]
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("text is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        text += bytes[start..<position]
        position += 1
        text += Array(String(try escape()).utf8)
        start = position
      case 0..<0x20: throw error("control character in text")
      default: position += 1
      }
    }
    throw error("text does not end")
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = peek else { throw error("text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A surrogate must be followed by its other half.
    guard first < 0xDC00, takeDirectly(UInt8(ascii: "\\")), takeDirectly(UInt8(ascii: "u")) else {
      throw error("half a surrogate pair")
    }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits must follow \\u")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  // MARK: Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    return takeDirectly(byte)
  }

  private mutating func takeDirectly(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func takeDigits() -> Int {
    let start = position
    while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func error(_ problem: String) -> JSONError {
    JSONError(problem: problem, offset: position)
  }
}
