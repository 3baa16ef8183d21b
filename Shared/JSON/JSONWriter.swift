extension JSONValue {
  /// The value as JSON text in UTF-8, members by name in ascending order so that equal values give
  /// equal text. Floating-point numbers always have a point or an exponent (`10.0`), whole numbers
  /// never.
  public var serialized: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    return output
  }

  /// ``serialized`` as a string.
  public var text: String { String(decoding: serialized, as: UTF8.self) }

  private func write(to output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .int(let value): output += String(value).utf8
    case .double(let value): output += (value.isFinite ? value.description : "null").utf8
    case .string(let value): Self.write(value, to: &output)
    case .array(let elements):
      Self.write(elements, "[", "]", to: &output) { $0.write(to: &$1) }
    case .object(let members):
      Self.write(members.sorted { $0.key < $1.key }, "{", "}", to: &output) {
        Self.write($0.key, to: &$1)
        $1.append(UInt8(ascii: ":"))
        $0.value.write(to: &$1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], _ opening: String, _ closing: String, to output: inout [UInt8],
    each: (Element, inout [UInt8]) -> Void
  ) {
    output += opening.utf8
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      each(element, &output)
    }
    output += closing.utf8
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "\\\"".utf8
      case UInt8(ascii: "\\"): output += "\\\\".utf8
      case 0x0A: output += "\\n".utf8
      case 0x0D: output += "\\r".utf8
      case 0x09: output += "\\t".utf8
      case 0..<0x20: output += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
