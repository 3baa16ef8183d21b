/// A moment taken apart into the proleptic Gregorian calendar: UTC, or what the clocks of a place show
/// (``LocalTime``).
public struct CivilTime: Sendable, Hashable {
  /// The year, for example 2026.
  public var year: Int
  /// The month, 1 to 12.
  public var month: Int
  /// The day of the month, from 1.
  public var day: Int
  /// The hour, 0 to 23.
  public var hour: Int
  /// The minute, 0 to 59.
  public var minute: Int
  /// The second, 0 to 59.
  public var second: Int
  /// Microseconds within the second, 0 to 999,999.
  public var microsecond: Int

  private static let secondsPerDay: Int64 = 86_400

  /// The calendar's view of a moment.
  public init(_ instant: Instant) {
    let (seconds, microsecond) = Self.floorDivide(
      instant.microseconds, Instant.microsecondsPerSecond)
    let (days, secondOfDay) = Self.floorDivide(seconds, Self.secondsPerDay)
    // Howard Hinnant's "civil from days": eras of 400 years that begin in March.
    let (era, dayOfEra) = Self.floorDivide(days + 719_468, 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    self.year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    self.month = Int(month)
    self.day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
    self.hour = Int(secondOfDay / 3_600)
    self.minute = Int(secondOfDay % 3_600 / 60)
    self.second = Int(secondOfDay % 60)
    self.microsecond = Int(microsecond)
  }

  /// Reads `YYYY-MM-DD`, or `YYYY-MM-DD HH:MM:SS` with a space or `T` between and an optional `Z`;
  /// `nil` for anything else and for days the calendar does not have.
  public init?(text: String) {
    var bytes = Array(text.utf8)
    if bytes.last == UInt8(ascii: "Z"), bytes.count == 20 { bytes.removeLast() }
    guard bytes.count == 10 || bytes.count == 19 else { return nil }
    let hasTime = bytes.count == 19
    let separators: [(Int, [UInt8])] =
      [(4, Array("-".utf8)), (7, Array("-".utf8))]
      + (hasTime ? [(10, Array(" T".utf8)), (13, Array(":".utf8)), (16, Array(":".utf8))] : [])
    guard separators.allSatisfy({ $0.1.contains(bytes[$0.0]) }) else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      let digits = bytes[range]
      guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = hasTime ? number(11..<13) : 0, let minute = hasTime ? number(14..<16) : 0,
      let second = hasTime ? number(17..<19) : 0, hour < 24, minute < 60, second < 60
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second, self.microsecond) = (hour, minute, second, 0)
    guard CivilTime(instant) == self else { return nil }
  }

  /// The moment.
  public var instant: Instant {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let (era, yearOfEra) = Self.floorDivide(shiftedYear, 400)
    let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = days * Self.secondsPerDay + Int64(hour * 3_600 + minute * 60 + second)
    return Instant(
      microseconds: seconds * Instant.microsecondsPerSecond + Int64(microsecond))
  }

  /// `YYYY-MM-DD`.
  public var dateText: String {
    "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))"
  }
  /// `HH:MM:SS`.
  public var timeText: String {
    "\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(second))"
  }

  private static func padded(_ value: Int, _ width: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    let remainder = (value % divisor + divisor) % divisor
    return ((value - remainder) / divisor, remainder)
  }
}
