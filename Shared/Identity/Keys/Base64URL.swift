import FoundationEssentials

/// Base64url without padding (RFC 7515 §2), strict: one text for one run of bytes.
enum Base64URL {
  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    let text = Data(bytes).base64EncodedString()
    return String(
      text.compactMap { character -> Character? in
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": nil
        default: character
        }
      })
  }

  /// The bytes, or `nil` for padding, characters outside the alphabet, or bits that belong to no
  /// byte.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var standard = text.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      // "+", "/" and "=" belong to the other alphabet: turn them into something no decoder takes.
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): 0
      default: byte
      }
    }
    while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
    guard let data = Data(base64Encoded: Data(standard)) else { return nil }
    let bytes = [UInt8](data)
    return encode(bytes).utf8.elementsEqual(text) ? bytes : nil
  }
}
