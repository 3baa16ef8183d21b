/// Serialized messages made by hand, so that they can be wrong.
struct Wire {
  var bytes: [UInt8] = []

  /// A tag of any number and wire type, sensible or not.
  func tag(_ number: UInt64, _ wireType: UInt64) -> Wire {
    raw(Wire.varint(number << 3 | wireType))
  }

  func varint(_ number: UInt64, _ value: UInt64) -> Wire {
    tag(number, 0).raw(Wire.varint(value))
  }

  func delimited(_ number: UInt64, _ content: [UInt8]) -> Wire {
    tag(number, 2).raw(Wire.varint(UInt64(content.count))).raw(content)
  }

  func delimited(_ number: UInt64, _ content: Wire = Wire()) -> Wire {
    delimited(number, content.bytes)
  }

  func text(_ number: UInt64, _ text: String) -> Wire {
    delimited(number, Array(text.utf8))
  }

  func raw(_ content: [UInt8]) -> Wire {
    Wire(bytes: bytes + content)
  }

  func repeated(_ count: Int) -> Wire {
    Wire(bytes: Array(repeatElement(bytes, count: count).joined()))
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var result: [UInt8] = []
    while value >= 0x80 {
      result.append(UInt8(value & 0x7f) | 0x80)
      value >>= 7
    }
    return result + [UInt8(value)]
  }
}
