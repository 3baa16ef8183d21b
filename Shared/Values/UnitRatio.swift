/// How many of its category's reference unit one unit is: a fraction in lowest terms, exact. A dozen
/// is 12/1 pieces, a gram 1/1000 kilograms.
public struct UnitRatio: Sendable, Hashable, CustomStringConvertible {
  /// Above the line, 1 to ``maximum``.
  public let numerator: Int64
  /// Below the line, 1 to ``maximum``.
  public let denominator: Int64

  /// The largest part. Two ratios and a quantity are multiplied in 128 bits: 10⁹ · 10⁹ · 10¹⁸.
  public static let maximum: Int64 = 1_000_000_000
  /// The reference unit's own.
  public static let one = UnitRatio(reduced: 1, 1)

  private init(reduced numerator: Int64, _ denominator: Int64) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// A fraction; `nil` when a part is not 1 to ``maximum``.
  public init?(_ numerator: Int64, _ denominator: Int64) {
    let range = 1...Self.maximum
    guard range.contains(numerator), range.contains(denominator) else { return nil }
    var (divisor, rest) = (numerator, denominator)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    self.init(reduced: numerator / divisor, denominator / divisor)
  }

  /// For people: `12/1`.
  public var description: String { "\(numerator)/\(denominator)" }
}

/// Why a quantity can't be told in another unit.
public enum UnitConversionError: Error, Sendable, Hashable {
  /// It would have more than six fractional digits: a third of a dozen is four pieces, a third of a
  /// piece is no decimal number.
  case notExact
  /// Beyond 12 integer digits.
  case outOfRange
}

extension Quantity {
  /// So much of one unit, told in another one of the same category. Nothing is rounded: converted back
  /// it is what it was.
  public func converted(
    from source: UnitRatio, to target: UnitRatio
  ) throws(UnitConversionError) -> Quantity {
    let (numerator, denominator) = Self.fraction(millionths, source, target)
    guard numerator % denominator == 0 else { throw .notExact }
    return try Self.millionths(numerator / denominator)
  }

  /// The same to the nearest multiple of a unit's rounding, half up (away from zero).
  /// - Parameter step: above zero.
  public func converted(
    from source: UnitRatio, to target: UnitRatio, rounding step: Quantity
  ) throws(UnitConversionError) -> Quantity {
    precondition(step > .zero)
    let (numerator, denominator) = Self.fraction(millionths, source, target)
    // In whole steps at once: what is rounded twice is not rounded to the nearest.
    let divisor = (denominator * Int128(step.millionths)).magnitude
    let steps = (numerator.magnitude + divisor / 2 + divisor % 2) / divisor
    let magnitude = Int128(steps) * Int128(step.millionths)
    return try Self.millionths(numerator < 0 ? -magnitude : magnitude)
  }

  /// Each factor is within its range, so the products fit 128 bits.
  private static func fraction(_ millionths: Int64, _ source: UnitRatio, _ target: UnitRatio)
    -> (numerator: Int128, denominator: Int128)
  {
    (
      Int128(millionths) * Int128(source.numerator) * Int128(target.denominator),
      Int128(source.denominator) * Int128(target.numerator)
    )
  }

  private static func millionths(_ value: Int128) throws(UnitConversionError) -> Quantity {
    guard let millionths = Int64(exactly: value) else { throw .outOfRange }
    do { return try Quantity(millionths: millionths) } catch { throw .outOfRange }
  }
}
