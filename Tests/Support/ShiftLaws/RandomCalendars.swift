public import Values

/// Calendars that no person would think of.
public enum RandomCalendars {
  /// A calendar of shifts that often follow each other at once, with exceptions around a day.
  public static func calendar(
    around day: CalendarDay, using random: inout some RandomNumberGenerator
  ) throws -> ShiftCalendar {
    let week = try week(using: &random)
    var exceptions: [CalendarDay: [Shift]] = [:]
    var calendar = try ShiftCalendar(week: week)
    for _ in 0..<12 {
      let day = day.advanced(days: .random(in: -10...10, using: &random))
      let replaced = exceptions.updateValue(
        Bool.random(using: &random) ? [] : try shifts(of: 1, using: &random).map(\.shift),
        forKey: day)
      do throws(ShiftCalendarError) {
        calendar = try ShiftCalendar(week: week, exceptions: exceptions)
      } catch {
        // It met one of its neighbours: the calendar stays what it was.
        exceptions[day] = replaced
      }
    }
    return calendar
  }

  /// Three shifts of eight hours each day, without a minute between them: it starts anywhere in the
  /// day.
  public static func roundTheClock(startMinute: Int = 360) throws -> ShiftCalendar {
    let shifts = try ["Early", "Late", "Night"].enumerated().map { index, name in
      try Shift(
        name: name, startMinute: (startMinute + index * 480) % Shift.minutesPerDay,
        durationMinutes: 480)
    }
    return try ShiftCalendar(
      week: Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0, shifts) }))
  }

  private static func week(
    using random: inout some RandomNumberGenerator
  ) throws -> [Weekday: [Shift]] {
    let shifts = try shifts(of: Weekday.count, using: &random)
    return Dictionary(grouping: shifts, by: { Weekday.allCases[$0.day] })
      .mapValues { $0.map(\.shift) }
  }

  /// Shifts one after the other, from somewhere in the first day until so many days later at most.
  private static func shifts(
    of days: Int, using random: inout some RandomNumberGenerator
  ) throws -> [(day: Int, shift: Shift)] {
    var shifts: [(day: Int, shift: Shift)] = []
    var minute = Int.random(in: 0..<Shift.minutesPerDay, using: &random)
    let end = minute + days * Shift.minutesPerDay
    while shifts.count < ShiftCalendar.maximumShiftsOfException * days, shifts.count < 60 {
      let longest = [30, 240, 600, 1_440].randomElement(using: &random) ?? 240
      let duration = Int.random(in: 1...longest, using: &random)
      guard minute + duration <= end, minute / Shift.minutesPerDay < days else { break }
      let shift = try Shift(
        name: "S\(shifts.count)", startMinute: minute % Shift.minutesPerDay,
        durationMinutes: duration)
      shifts.append((minute / Shift.minutesPerDay, shift))
      minute += duration
      if Bool.random(using: &random) { minute += Int.random(in: 0...300, using: &random) }
    }
    return shifts
  }
}
