/// What the clock on a wall shows: a date and a time of day, of no place. Which moment that is, and
/// which reading a moment has, ``TimeZoneOffsets`` knows.
public struct LocalTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Microseconds on the clock since it showed 1970-01-01 00:00, as if it were never changed.
  public let microseconds: Int64

  private static let microsecondsPerMinute = 60 * Instant.microsecondsPerSecond

  /// A reading by its microseconds since 1970-01-01 00:00.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// A reading by its date and time of day.
  public init(_ civil: CivilTime) { microseconds = civil.instant.microseconds }

  /// So many minutes after a date begins; 1,440 and more are of the days after it.
  public init(day: CalendarDay, minute: Int) {
    microseconds = day.start.microseconds + Int64(minute) * Self.microsecondsPerMinute
  }

  /// The date.
  public var day: CalendarDay { CalendarDay(Instant(microseconds: microseconds)) }

  /// The date and the time of day, taken apart.
  public var civil: CivilTime { CivilTime(Instant(microseconds: microseconds)) }

  /// `2026-03-29 02:30:00`, without fractions of a second.
  public var description: String { "\(civil.dateText) \(civil.timeText)" }

  /// Whether the left one is the lesser reading.
  public static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }
}
