import Values

/// The calls of one day (UTC).
///
/// A clock that goes back by up to a day gives nothing again. One that was wrong by more is believed
/// when it is right again, and the count stays as it is.
struct DailyCount: Sendable, Hashable {
  private(set) var day = CalendarDay(number: .min / 2)
  var calls: Int64 = 0

  /// No call yet.
  init() {}

  /// So many calls of a day.
  init(day: CalendarDay, calls: Int64) {
    self.day = day
    self.calls = calls
  }

  /// It is this day by the wall clock.
  mutating func turn(to today: CalendarDay) {
    if today > day {
      self = DailyCount(day: today, calls: 0)
    } else if today.number < day.number - 1 {
      day = today
    }
  }

  /// How many milliseconds are left of the day.
  func millisecondsLeft(at now: Instant) -> Int64 {
    max(1, day.advanced(days: 1).start.milliseconds(since: now))
  }
}
