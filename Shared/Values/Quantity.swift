/// An exact quantity: a fixed-point number of millionths. The unit stands beside it, never inside.
///
/// Range: at most 12 integer and 6 fractional digits, the format of `millrace.common.v1.Quantity`.
/// Arithmetic is checked; nothing rounds except ``proportion(of:to:step:)``, which says how.
public struct Quantity: Sendable, Hashable, Comparable {
  /// The value in millionths of the unit.
  public let millionths: Int64

  /// Millionths in one whole unit.
  public static let scale: Int64 = 1_000_000
  /// The largest value: 12 integer and 6 fractional digits, all nines.
  public static let maximum = Quantity(unchecked: 999_999_999_999_999_999)
  /// Nothing.
  public static let zero = Quantity(unchecked: 0)

  private init(unchecked millionths: Int64) { self.millionths = millionths }

  /// A quantity of so many millionths.
  /// - Throws: ``QuantityError/outOfRange`` beyond ±``maximum``.
  public init(millionths: Int64) throws(QuantityError) {
    guard millionths.magnitude <= Self.maximum.millionths.magnitude else { throw .outOfRange }
    self.millionths = millionths
  }

  /// A quantity of so many whole units.
  /// - Throws: ``QuantityError/outOfRange`` beyond 12 digits.
  public init(units: Int64) throws(QuantityError) {
    let (product, overflow) = units.multipliedReportingOverflow(by: Self.scale)
    guard !overflow else { throw .outOfRange }
    try self.init(millionths: product)
  }

  /// Whether it is below zero.
  public var isNegative: Bool { millionths < 0 }
  /// Whether it is zero.
  public var isZero: Bool { millionths == 0 }

  /// Whether the left one comes first.
  public static func < (left: Self, right: Self) -> Bool { left.millionths < right.millionths }

  /// The sum.
  /// - Throws: ``QuantityError/outOfRange``.
  public func adding(_ other: Self) throws(QuantityError) -> Self {
    // Both are within ±10^18, so their sum fits an Int64; only the range needs a check.
    try Self(millionths: millionths + other.millionths)
  }

  /// The difference.
  /// - Throws: ``QuantityError/outOfRange``.
  public func subtracting(_ other: Self) throws(QuantityError) -> Self {
    try Self(millionths: millionths - other.millionths)
  }
}

/// Why a quantity could not be made.
public enum QuantityError: Error, Sendable, Hashable {
  /// Beyond 12 integer digits.
  case outOfRange
  /// Not decimal text as ``Quantity/init(decimal:)`` describes it.
  case notDecimal
  /// More than 6 fractional digits.
  case tooPrecise
  /// A proportion of nothing, or a rounding step that is not above zero.
  case divisionByZero
}
