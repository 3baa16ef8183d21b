/// When which shift is worked: a pattern that comes back every week, and the days on which it is
/// otherwise.
///
/// ```swift
/// let night = try Shift(name: "Night", startMinute: 22 * 60, durationMinutes: 8 * 60)
/// let calendar = try ShiftCalendar(
///   week: [.sunday: [night], .monday: [night]], exceptions: [christmas: []])
/// calendar.shift(at: clock.now, in: berlin)?.day
/// ```
/// All its times are what the clocks show; the zone comes with the question. No two shifts are at the
/// same time, over midnight and the week's end as well, so a moment belongs to one shift or to none.
public struct ShiftCalendar: Sendable, Hashable {
  /// The days that are otherwise than their day of the week: the shifts that start on them, in order.
  /// Without any, nothing starts on that day; what began the day before is worked to its end.
  public let exceptions: [CalendarDay: [Shift]]
  /// The shifts that start on each day of the week, from Monday on, in order.
  private let week: [[Shift]]

  /// Most shifts of a week: three a day are 21, watches of four hours 42, and beyond that a list is no
  /// plan of a plant but a mistake.
  public static let maximumShiftsOfWeek = 64
  /// Most shifts that start on the day of an exception: one an hour.
  public static let maximumShiftsOfException = 24
  /// Most exceptions: thirty days a year for thirty years. They are kept in memory with the calendar.
  public static let maximumExceptions = 1_000
  /// The days of which a calendar speaks: those that have a date of four digits. Outside of them
  /// there are no shifts, and arithmetic with moments can't overflow within them.
  public static let days = CalendarDay(number: -719_162)...CalendarDay(number: 2_932_896)

  /// A calendar.
  /// - Parameters:
  ///   - week: the shifts that start on each day of the week, in any order.
  ///   - exceptions: the shifts that start on these days instead; none for a day on which the plant is
  ///     closed.
  public init(
    week: [Weekday: [Shift]], exceptions: [CalendarDay: [Shift]] = [:]
  ) throws(ShiftCalendarError) {
    let count = week.values.reduce(0) { $0 + $1.count }
    guard count <= Self.maximumShiftsOfWeek else { throw .tooManyShifts(count) }
    guard exceptions.count <= Self.maximumExceptions else {
      throw .tooManyExceptions(exceptions.count)
    }
    self.week = Weekday.allCases.map { Self.inOrder(week[$0] ?? []) }
    self.exceptions = exceptions.mapValues(Self.inOrder)
    try checkWeek()
    // In their order, so that the same mistakes are always told by the same error.
    for day in exceptions.keys.sorted() { try check(exception: day) }
  }

  /// The shifts that start on a day of the week when nothing is otherwise, in order.
  public func shifts(on weekday: Weekday) -> [Shift] { week[weekday.rawValue - 1] }

  /// The shifts that start on a day, in order.
  public func shifts(on day: CalendarDay) -> [Shift] {
    exceptions[day] ?? shifts(on: day.weekday)
  }

  /// Whether there are shifts on exceptions alone.
  var hasEmptyWeek: Bool { week.allSatisfy(\.isEmpty) }

  private static func inOrder(_ shifts: [Shift]) -> [Shift] {
    shifts.sorted { ($0.startMinute, $0.endMinute) < ($1.startMinute, $1.endMinute) }
  }

  /// Monday again after Sunday: the week's end is a midnight like the others.
  private func checkWeek() throws(ShiftCalendarError) {
    let days = Weekday.allCases + [.monday]
    try Self.check(days.map { (.weekly($0), shifts(on: $0)) })
  }

  /// A shift ends before its next day does, so no others than the neighbours can meet it.
  private func check(exception day: CalendarDay) throws(ShiftCalendarError) {
    guard Self.days.contains(day) else { throw .dayOutOfRange(day) }
    let count = shifts(on: day).count
    guard count <= Self.maximumShiftsOfException else {
      throw .tooManyShiftsOfException(day, count)
    }
    let days = (-1...1).map { day.advanced(days: $0) }
    try Self.check(days.map { (.date($0), shifts(on: $0)) })
  }

  /// Days that follow each other, each with its shifts in order. What starts in order and overlaps
  /// anything later overlaps the next one.
  private static func check(
    _ days: [(day: PlacedShift.Day, shifts: [Shift])]
  ) throws(ShiftCalendarError) {
    var last: (placed: PlacedShift, endMinute: Int)?
    for (index, (day, shifts)) in days.enumerated() {
      let midnight = index * Shift.minutesPerDay
      for shift in shifts {
        let placed = PlacedShift(shift, on: day)
        if let last, last.endMinute > midnight + shift.startMinute {
          throw .overlap(last.placed, placed)
        }
        last = (placed, midnight + shift.endMinute)
      }
    }
  }
}
