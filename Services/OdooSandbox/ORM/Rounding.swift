#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Odoo's arithmetic with quantities: floating point, rounded to a unit's rounding with a tolerance
/// that hides the representation error (2.675 counts as a tie although it is stored a little
/// below).
enum Rounding {
  enum Method { case halfUp, up, down }

  /// Rounds to a multiple of `precision`.
  static func round(_ value: Double, to precision: Double, _ method: Method = .halfUp) -> Double {
    guard precision > 0, value != 0, value.isFinite else { return value }
    // Dividing by 0.01 and multiplying by 100 differ in the last bit; the inverse keeps whole
    // results whole.
    let inverse = precision < 1 ? 1 / precision : 0
    let normal = inverse > 0 ? value * inverse.rounded() : value / precision
    let isDecimal = inverse > 0 && abs(inverse - inverse.rounded()) < 1e-9
    let scaled = isDecimal ? normal : value / precision
    let epsilon = exp2(log2(abs(scaled)) - 52)
    let sign: Double = scaled < 0 ? -1 : 1
    let whole: Double
    switch method {
    case .halfUp: whole = sign * (abs(scaled) + epsilon * 2 + 0.5).rounded(.down)
    case .up: whole = sign * (abs(scaled) - epsilon * 2).rounded(.up)
    case .down: whole = sign * (abs(scaled) + epsilon * 2).rounded(.down)
    }
    return isDecimal ? whole / inverse.rounded() : whole * precision
  }

  /// Rounds to so many decimals.
  static func round(_ value: Double, decimals: Int) -> Double {
    round(value, to: pow(10, Double(-decimals)))
  }

  /// -1, 0 or 1: both rounded, then compared.
  static func compare(_ left: Double, _ right: Double, _ precision: Double) -> Int {
    let difference = round(left, to: precision) - round(right, to: precision)
    return isZero(difference, precision) ? 0 : difference < 0 ? -1 : 1
  }

  /// Whether nothing is left after rounding.
  static func isZero(_ value: Double, _ precision: Double) -> Bool {
    abs(round(value, to: precision)) < precision * 0.5
  }
}
