import Testing
import Values

@Suite struct `A shift` {
  @Test(arguments: [
    ("", 0, 1, ShiftError.name("is required")), ("Early", -1, 1, .startMinute(-1)),
    ("Early", 1_440, 1, .startMinute(1_440)), ("Early", 0, 0, .durationMinutes(0)),
    ("Early", 0, 1_441, .durationMinutes(1_441)), ("Early", .min, .max, .startMinute(.min)),
  ])
  func `has a name, a start in its day and at most a day's length`(
    name: String, start: Int, duration: Int, error: ShiftError
  ) {
    #expect(throws: error) {
      try Shift(name: name, startMinute: start, durationMinutes: duration)
    }
  }

  @Test func `is told by its times on the clock`() throws {
    let night = try Shift(name: "Night", startMinute: 22 * 60, durationMinutes: 8 * 60 + 5)
    #expect(night.description == "Night, 22:00 to 06:05")
    #expect(try Shift(name: "Day", startMinute: 1_439, durationMinutes: 1_440).endMinute == 2_879)
  }
}

@Suite struct `A shift calendar` {
  private static let eve = CalendarDay(number: 20_811)  // Thursday, 2026-12-24

  private static func shift(_ name: String, _ start: Int, _ minutes: Int) throws -> Shift {
    try Shift(name: name, startMinute: start, durationMinutes: minutes)
  }

  private static func error(
    _ week: [Weekday: [Shift]], _ exceptions: [CalendarDay: [Shift]] = [:]
  ) -> ShiftCalendarError? {
    do throws(ShiftCalendarError) {
      _ = try ShiftCalendar(week: week, exceptions: exceptions)
      return nil
    } catch { return error }
  }

  @Test func `says which two shifts overlap, on a day, over midnight and over the week's end`()
    throws
  {
    let (early, late) = (try Self.shift("Early", 360, 481), try Self.shift("Late", 840, 480))
    #expect(
      Self.error([.monday: [late, early]])?.description
        == "Early, 06:00 to 14:01 of Monday overlaps Late, 14:00 to 22:00 of Monday")
    let night = try Self.shift("Night", 1_320, 541)
    #expect(
      Self.error([.monday: [night], .tuesday: [try Self.shift("Dawn", 420, 60)]])?.description
        == "Night, 22:00 to 07:01 of Monday overlaps Dawn, 07:00 to 08:00 of Tuesday")
    #expect(
      Self.error([.sunday: [night], .monday: [try Self.shift("Early", 360, 480)]])?.description
        == "Night, 22:00 to 07:01 of Sunday overlaps Early, 06:00 to 14:00 of Monday")
    // The one that starts first runs over the second into the third: the first two are told.
    let long = try Self.shift("Long", 0, 1_440)
    #expect(
      Self.error([.friday: [late, long, early]])
        == .overlap(
          PlacedShift(long, on: .weekly(.friday)), PlacedShift(early, on: .weekly(.friday))))
  }

  @Test func `may have no minute between two shifts`() throws {
    let day = try Self.shift("Day", 300, 1_440)
    let week = Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0, [day]) })
    #expect(Self.error(week, [Self.eve: [day]]) == nil)
    #expect(Self.error([.monday: [try Self.shift("Last", 1_439, 1_440)]]) == nil)
  }

  @Test func `says which exception overlaps its neighbours`() throws {
    let night = try Self.shift("Night", 1_320, 480)
    let week = Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0, [night]) })
    #expect(Self.error(week, [Self.eve: [try Self.shift("Short", 360, 360)]]) == nil)
    #expect(
      Self.error(week, [Self.eve: [try Self.shift("Short", 359, 60)]])?.description
        == "Night, 22:00 to 06:00 of 2026-12-23 overlaps Short, 05:59 to 06:59 of 2026-12-24")
    #expect(
      Self.error(week, [Self.eve: [try Self.shift("Long", 1_321, 1_440)]])?.description
        == "Long, 22:01 to 22:01 of 2026-12-24 overlaps Night, 22:00 to 06:00 of 2026-12-25")
    let next = Self.eve.advanced(days: 1)
    #expect(
      Self.error(
        [:], [next: [try Self.shift("B", 0, 1)], Self.eve: [try Self.shift("A", 1_439, 2)]])
        == .overlap(
          PlacedShift(try Self.shift("A", 1_439, 2), on: .date(Self.eve)),
          PlacedShift(try Self.shift("B", 0, 1), on: .date(next))))
    // What an exception replaces overlaps nothing.
    let closed: [CalendarDay: [Shift]] = [Self.eve.advanced(days: -1): []]
    #expect(
      Self.error(
        week,
        closed.merging([Self.eve: [try Self.shift("Short", 0, 60)]]) { first, _ in first }) == nil)
  }

  @Test func `has as many shifts and exceptions as it may have, and not one more`() throws {
    func shifts(_ count: Int) throws -> [Shift] {
      try (0..<count).map { try Self.shift("S\($0)", $0 * 10, 10) }
    }
    #expect(Self.error([.monday: try shifts(32), .friday: try shifts(32)]) == nil)
    #expect(
      Self.error([.monday: try shifts(32), .friday: try shifts(33)]) == .tooManyShifts(65))
    #expect(Self.error([:], [Self.eve: try shifts(24)]) == nil)
    #expect(
      Self.error([:], [Self.eve: try shifts(25)]) == .tooManyShiftsOfException(Self.eve, 25))
    func closed(_ count: Int64) -> [CalendarDay: [Shift]] {
      Dictionary(uniqueKeysWithValues: (0..<count).map { (Self.eve.advanced(days: $0), []) })
    }
    #expect(Self.error([:], closed(1_000)) == nil)
    #expect(Self.error([:], closed(1_001)) == .tooManyExceptions(1_001))
  }

  @Test(arguments: [
    Int64.min, -719_163, 2_932_897, .max,
  ])
  func `speaks of no day without a date of four digits`(number: Int64) {
    let day = CalendarDay(number: number)
    #expect(Self.error([:], [day: []]) == .dayOutOfRange(day))
    #expect(ShiftCalendarError.dayOutOfRange(day).description.contains("\(number)"))
    #expect(ShiftCalendar.days.lowerBound.description == "0001-01-01")
    #expect(ShiftCalendar.days.upperBound.description == "9999-12-31")
  }

  @Test func `is the same in whatever order its shifts are told`() throws {
    let (early, late) = (try Self.shift("Early", 360, 480), try Self.shift("Late", 840, 480))
    let calendar = try ShiftCalendar(week: [.monday: [late, early], .tuesday: []])
    #expect(calendar == (try ShiftCalendar(week: [.monday: [early, late]])))
    #expect(calendar.shifts(on: .monday) == [early, late])
    #expect(calendar.shifts(on: Self.eve) == [])
  }
}
