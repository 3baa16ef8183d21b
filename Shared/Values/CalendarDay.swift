/// A day of the calendar: a date. As moments it is taken in UTC; in a place it is a
/// ``LocalTime``'s.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let number: Int64

  private static let microsecondsPerDay = 86_400 * Instant.microsecondsPerSecond

  /// A day by its number.
  public init(number: Int64) { self.number = number }

  /// The day of a moment, UTC.
  public init(_ instant: Instant) {
    // Rounded down, before 1970, too.
    let remainder = instant.microseconds % Self.microsecondsPerDay
    let start =
      instant.microseconds - (remainder < 0 ? remainder + Self.microsecondsPerDay : remainder)
    number = start / Self.microsecondsPerDay
  }

  /// Reads `2026-11-26`; `nil` for anything else and for days the calendar does not have.
  public init?(_ text: String) {
    guard text.utf8.count == 10, let civil = CivilTime(text: text) else { return nil }
    self.init(civil.instant)
  }

  /// Its first moment, UTC.
  public var start: Instant { Instant(microseconds: number * Self.microsecondsPerDay) }

  /// So many days later.
  public func advanced(days: Int64) -> CalendarDay { CalendarDay(number: number + days) }

  /// `2026-11-26`.
  public var description: String { CivilTime(start).dateText }

  /// Earlier days first.
  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
