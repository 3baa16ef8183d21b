import Values

/// Odoo's texts for moments.
enum Moment {
  /// `YYYY-MM-DD HH:MM:SS`, the fraction cut off.
  static func text(_ instant: Instant) -> String {
    let civil = CivilTime(instant)
    return "\(civil.dateText) \(civil.timeText)"
  }

  /// Reads a value to be kept: a date, or a date and a time with a space between. Nothing else is
  /// allowed.
  /// - Throws: Python's ValueError in `strptime`'s words.
  static func fromValue(_ text: String) throws -> Instant {
    if text.utf8.count > 19, text.utf8.dropFirst(10).first == UInt8(ascii: " "),
      CivilTime(text: String(text.prefix(19))) != nil
    {
      throw OdooError.value("unconverted data remains: \(text.dropFirst(19))")
    }
    guard !text.contains("T"), !text.hasSuffix("Z"), let civil = CivilTime(text: text) else {
      throw OdooError.value("time data '\(text)' does not match format '%Y-%m-%d %H:%M:%S'")
    }
    return civil.instant
  }

  /// Reads what PostgreSQL would: also with `T`, `Z` and a fraction.
  static func fromDomain(_ text: String) -> Instant? {
    var rest = text[...]
    if rest.hasSuffix("Z") { rest = rest.dropLast() }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, let civil = CivilTime(text: String(whole)) else { return nil }
    guard parts.count == 2 else { return civil.instant }
    let digits = parts[1]
    guard (1...6).contains(digits.count), let fraction = Int64(digits) else { return nil }
    var scaled = fraction
    for _ in digits.count..<6 { scaled *= 10 }
    return Instant(microseconds: civil.instant.microseconds + scaled)
  }
}

extension Instant {
  /// Longest distance that is added to a moment: a hundred years. What is planned beyond ends
  /// there.
  private static let maximumMinutes = 100 * 366 * 1_440.0

  /// The moment so many minutes later, to the second.
  func advanced(minutes: Double) -> Instant {
    let bounded = min(max(minutes, -Self.maximumMinutes), Self.maximumMinutes)
    return advanced(seconds: Int64((bounded * 60).rounded()))
  }
}
