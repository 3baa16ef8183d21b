/// Why shifts make no calendar.
public enum ShiftCalendarError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Two shifts would run at the same time; the one that starts first is the left one.
  case overlap(PlacedShift, PlacedShift)
  /// The week has so many shifts, more than ``ShiftCalendar/maximumShiftsOfWeek``.
  case tooManyShifts(Int)
  /// There are so many exceptions, more than ``ShiftCalendar/maximumExceptions``.
  case tooManyExceptions(Int)
  /// An exception has so many shifts, more than ``ShiftCalendar/maximumShiftsOfException``.
  case tooManyShiftsOfException(CalendarDay, Int)
  /// An exception is for a day outside ``ShiftCalendar/days``.
  case dayOutOfRange(CalendarDay)

  /// For people, without a full stop.
  public var description: String {
    switch self {
    case .overlap(let first, let second): "\(first) overlaps \(second)"
    case .tooManyShifts(let count):
      "a week has at most \(ShiftCalendar.maximumShiftsOfWeek) shifts, not \(count)"
    case .tooManyExceptions(let count):
      "a calendar has at most \(ShiftCalendar.maximumExceptions) exceptions, not \(count)"
    case .tooManyShiftsOfException(let day, let count):
      "\(day) may have at most \(ShiftCalendar.maximumShiftsOfException) shifts, not \(count)"
    case .dayOutOfRange(let day):
      // Not its date: that of a day far enough out can't be told.
      "an exception is for a day of the years 1 to 9999, not for day \(day.number) after 1970-01-01"
    }
  }
}

/// A shift, and the day of the week or of the calendar on which it starts.
public struct PlacedShift: Sendable, Hashable, CustomStringConvertible {
  /// A day of the week, or of the calendar.
  public enum Day: Sendable, Hashable {
    /// Every such day of the week.
    case weekly(Weekday)
    /// This one: an exception, or a day beside one.
    case date(CalendarDay)
  }

  /// The day on which it starts.
  public let day: Day
  /// The shift.
  public let shift: Shift

  /// A shift of a day.
  public init(_ shift: Shift, on day: Day) {
    self.day = day
    self.shift = shift
  }

  /// For people: `Night, 22:00 to 06:00 of Sunday`.
  public var description: String {
    switch day {
    case .weekly(let weekday): "\(shift) of \(weekday)"
    case .date(let date): "\(shift) of \(date)"
    }
  }
}
