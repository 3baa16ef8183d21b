extension Quantity: CustomStringConvertible {
  /// Most digits before the point.
  public static let maximumIntegerDigits = 12
  /// Most digits behind the point.
  public static let maximumFractionDigits = 6

  /// Reads decimal text: an optional minus, 1 to 12 integer digits, optionally a point and 1 to 6
  /// digits.
  ///
  /// No plus, exponent, space or separator, and no locale: the format of the contracts.
  /// - Throws: ``QuantityError/notDecimal``, ``QuantityError/outOfRange`` (too many integer
  ///   digits), ``QuantityError/tooPrecise`` (too many fractional digits).
  public init(decimal text: String) throws(QuantityError) {
    var bytes = Array(text.utf8)[...]
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes = bytes.dropFirst() }
    let parts = bytes.split(
      separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy(Self.isDigits) else { throw .notDecimal }
    guard parts[0].count <= Self.maximumIntegerDigits else { throw .outOfRange }
    let fraction = parts.count == 2 ? parts[1] : []
    guard fraction.count <= Self.maximumFractionDigits else { throw .tooPrecise }
    var value = Self.number(parts[0] + fraction)
    for _ in fraction.count..<Self.maximumFractionDigits { value *= 10 }
    try self.init(millionths: isNegative ? -value : value)
  }

  private static func isDigits(_ part: ArraySlice<UInt8>) -> Bool {
    !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64 {
    digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  /// The shortest decimal text: no exponent, no trailing zeros, no point without digits.
  public var description: String {
    let magnitude = millionths.magnitude
    let whole = magnitude / UInt64(Self.scale)
    var fraction = magnitude % UInt64(Self.scale)
    let sign = isNegative ? "-" : ""
    guard fraction != 0 else { return "\(sign)\(whole)" }
    var digits = Self.maximumFractionDigits
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    let text = String(fraction)
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - text.count) + text
  }
}
