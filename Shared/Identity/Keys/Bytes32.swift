/// Thirty-two bytes held inline: nothing is allocated for them. Two are compared in a time that does
/// not depend on where they differ.
struct Bytes32: Sendable, Hashable {
  static let count = 32
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Zeros.
  init() {}

  /// Bytes of elsewhere; `nil` for another count.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.count else { return nil }
    withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
  }

  /// What lower-case hexadecimal digits say; `nil` for other characters, or another count of them.
  init?(hexadecimal digits: UnsafeBufferPointer<UInt8>) {
    guard digits.count == 2 * Self.count else { return nil }
    let isWhole = withUnsafeMutableBytes(of: &words) { bytes in
      for index in 0..<Self.count {
        guard let high = Hexadecimal.value(digits[2 * index]),
          let low = Hexadecimal.value(digits[2 * index + 1])
        else { return false }
        bytes[index] = high << 4 | low
      }
      return true
    }
    if !isWhole { return nil }
  }

  /// The bytes as an array.
  var array: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Reads the bytes in their place.
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Swift.withUnsafeBytes(of: words, body)
  }

  static func == (left: Self, right: Self) -> Bool {
    let difference =
      (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
      | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
    return difference == 0
  }

  func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}

/// Lower-case hexadecimal digits, two per byte.
public enum Hexadecimal {
  /// Bytes as digits.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { text, byte in
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }

  /// The value of a digit; `nil` for other characters.
  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
