extension Quantity {
  /// `self × whole ÷ base`, rounded half up (away from zero) to a multiple of `step`.
  ///
  /// The rule of consumption: processed × component demand ÷ planned quantity, rounded once, on the
  /// total, to the unit's rounding. The product is formed in 128 bits, so nothing is lost before
  /// the one rounding.
  /// - Throws: ``QuantityError/divisionByZero`` when `base` is zero or `step` not above zero,
  ///   ``QuantityError/outOfRange`` when the result is too large.
  public func proportion(of whole: Quantity, to base: Quantity, step: Quantity)
    throws(QuantityError) -> Quantity
  {
    let numerator = Int128(millionths) * Int128(whole.millionths)
    return try Self.rounded(numerator, over: Int128(base.millionths), step: step)
  }

  /// The nearest multiple of `step`, half up (away from zero).
  /// - Throws: ``QuantityError/divisionByZero`` when `step` is not above zero,
  ///   ``QuantityError/outOfRange``.
  public func rounded(toMultipleOf step: Quantity) throws(QuantityError) -> Quantity {
    try Self.rounded(Int128(millionths), over: 1, step: step)
  }

  private static func rounded(_ numerator: Int128, over denominator: Int128, step: Quantity)
    throws(QuantityError) -> Quantity
  {
    guard denominator != 0, step.millionths > 0 else { throw .divisionByZero }
    // Each factor is below 10^18, so numerator and divisor are below 10^36 and twice them fits 128
    // bits.
    let divisor = (denominator * Int128(step.millionths)).magnitude
    let steps = (numerator.magnitude * 2 + divisor) / (divisor * 2)
    let total = steps.multipliedReportingOverflow(by: UInt128(step.millionths.magnitude))
    guard !total.overflow, let magnitude = Int64(exactly: total.partialValue) else {
      throw .outOfRange
    }
    let isNegative = (numerator < 0) != (denominator < 0)
    return try Quantity(millionths: isNegative ? -magnitude : magnitude)
  }
}

extension Quantity {
  /// The nearest quantity to a floating-point number, `nil` when it is not finite or out of range.
  ///
  /// Only for the boundary to systems whose wire format has floats (Odoo's JSON); nowhere else.
  public init?(nearest value: Double) {
    let scaled = (value * Double(Self.scale)).rounded()
    guard scaled.isFinite, scaled.magnitude <= Double(Self.maximum.millionths),
      let quantity = try? Quantity(millionths: Int64(scaled))
    else { return nil }
    self = quantity
  }

  /// The nearest floating-point number, for the same boundary as ``init(nearest:)``.
  public var nearestDouble: Double { Double(millionths) / Double(Self.scale) }
}
