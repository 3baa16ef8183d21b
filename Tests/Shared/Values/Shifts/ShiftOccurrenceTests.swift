import ShiftLaws
import Testing
import Values

/// Berlin in 2026, of which everybody knows the dates: Sunday, 29 March and Sunday, 25 October.
@Suite struct `An occurrence of a shift` {
  private static func instant(_ text: String) throws -> Instant {
    try #require(CivilTime(text: text)).instant
  }

  private static func day(_ text: String) throws -> CalendarDay {
    try #require(CalendarDay(text))
  }

  private static func berlin() throws -> SteppedZone {
    SteppedZone(
      3_600,
      changes: [
        (try instant("2026-03-29 01:00:00"), 7_200), (try instant("2026-10-25 01:00:00"), 3_600),
      ])
  }

  private static func calendar(_ exceptions: [String: [Shift]] = [:]) throws -> ShiftCalendar {
    let shifts = try RandomCalendars.roundTheClock().shifts(on: .monday)
    let days = try exceptions.map { (try day($0), $1) }
    return try ShiftCalendar(
      week: Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0, shifts) }),
      exceptions: Dictionary(uniqueKeysWithValues: days))
  }

  @Test(arguments: [
    ("2026-03-27", "2026-03-27T21:00:00Z", "2026-03-28T05:00:00Z", 8),
    ("2026-03-28", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", 7),
    ("2026-03-29", "2026-03-29T20:00:00Z", "2026-03-30T04:00:00Z", 8),
    ("2026-10-24", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z", 9),
    ("2026-10-25", "2026-10-25T21:00:00Z", "2026-10-26T05:00:00Z", 8),
  ])
  func
    `of the night has seven hours in spring and nine in autumn, and belongs to the evening's day`(
      day: String, begin: String, end: String, hours: Int64
    ) throws
  {
    let day = try Self.day(day)
    let noon = day.start.advanced(seconds: 43_200)
    let nights = try Self.calendar().occurrences(
      from: noon, until: noon.advanced(seconds: 86_400), in: Self.berlin()
    ).filter { $0.name == "Night" && $0.day == day }
    let night = try #require(nights.first)
    #expect(nights.count == 1)
    #expect(night.begin.description == begin)
    #expect(night.end.description == end)
    #expect(night.durationMilliseconds == hours * 3_600_000)
  }

  @Test(arguments: [
    ("2026-03-29 01:30:00", "Night", "2026-03-28"), ("2026-03-29 03:59:59", "Night", "2026-03-28"),
    ("2026-03-29 04:00:00", "Early", "2026-03-29"), ("2026-10-25 00:30:00", "Night", "2026-10-24"),
    ("2026-10-25 01:30:00", "Night", "2026-10-24"), ("2026-10-25 05:00:00", "Early", "2026-10-25"),
    ("2026-12-31 23:30:00", "Night", "2026-12-31"),
  ])
  func `is found by a moment`(moment: String, name: String, day: String) throws {
    let found = try Self.calendar().shift(at: Self.instant(moment), in: Self.berlin())
    #expect(found?.name == name)
    #expect(found?.day.description == day)
  }

  @Test func `that ends within the repeated hour ends once`() throws {
    let before = try Shift(name: "Before", startMinute: 0, durationMinutes: 150)
    let after = try Shift(name: "After", startMinute: 150, durationMinutes: 60)
    let calendar = try ShiftCalendar(week: [.sunday: [before, after]])
    let found = try calendar.occurrences(
      from: Self.instant("2026-10-24 12:00:00"), until: Self.instant("2026-10-25 12:00:00"),
      in: Self.berlin())
    #expect(found.map(\.begin.description) == ["2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"])
    #expect(found.map(\.end.description) == ["2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"])
    // The clocks show half past one again, half an hour after Before has ended.
    let again = try Self.instant("2026-10-25 01:10:00")
    #expect(calendar.shift(at: again, in: try Self.berlin())?.name == "After")
  }

  @Test func `of which the clocks skip every minute is not worked`() throws {
    let skipped = try Shift(name: "Skipped", startMinute: 120, durationMinutes: 60)
    let calendar = try ShiftCalendar(week: [.sunday: [skipped]])
    let range = (try Self.instant("2026-03-28 00:00:00"), try Self.instant("2026-04-05 00:00:00"))
    #expect(calendar.occurrences(from: range.0, until: range.1, in: try Self.berlin()) == [])
    let moment = try Self.instant("2026-03-29 01:00:00")
    #expect(calendar.shift(at: moment, in: try Self.berlin()) == nil)
  }

  @Test func `is not on a closed day, and the night before is worked to its end`() throws {
    let short = try Shift(name: "Short", startMinute: 480, durationMinutes: 240)
    let calendar = try Self.calendar(["2026-12-25": [], "2026-12-26": [short]])
    let found = try calendar.occurrences(
      from: Self.instant("2026-12-24 22:00:00"), until: Self.instant("2026-12-27 12:00:00"),
      in: Self.berlin())
    #expect(found.map(\.name) == ["Night", "Short", "Early"])
    #expect(found.map(\.day.description) == ["2026-12-24", "2026-12-26", "2026-12-27"])
    #expect(
      calendar.shift(at: try Self.instant("2026-12-25 12:00:00"), in: try Self.berlin()) == nil)
  }

  @Test func `comes in pages`() throws {
    let (calendar, berlin) = (try Self.calendar(), try Self.berlin())
    var from = try Self.instant("2026-03-28 12:00:00")
    let until = try Self.instant("2026-03-31 12:00:00")
    let whole = calendar.occurrences(from: from, until: until, in: berlin)
    var pages: [ShiftOccurrence] = []
    while true {
      let page = calendar.occurrences(from: from, until: until, limit: 2, in: berlin)
      guard let last = page.last else { break }
      #expect(page.count <= 2)
      pages += page
      from = last.end
    }
    #expect(pages == whole)
    #expect(whole.count == 10)
    #expect(calendar.occurrences(from: until, until: until, in: berlin) == [])
    #expect(calendar.occurrences(from: from, until: until, limit: -1, in: berlin) == [])
  }

  @Test func `ends with the calendar's days, however long the question`() throws {
    let (always, never) = (
      Instant(microseconds: .max), Instant(microseconds: .min)
    )
    let berlin = try Self.berlin()
    let full = try Self.calendar()
    #expect(full.shift(at: always, in: berlin) == nil)
    #expect(full.shift(at: never, in: berlin) == nil)
    let all = full.occurrences(from: never, until: always, limit: .max, in: berlin)
    #expect(all.count == ShiftCalendar.maximumOccurrences)
    #expect(try ShiftCalendar(week: [:]).occurrences(from: never, until: always, in: berlin) == [])
    let (first, last) = (ShiftCalendar.days.lowerBound, ShiftCalendar.days.upperBound)
    let shift = try Shift(name: "Only", startMinute: 1_439, durationMinutes: 1)
    let edges = try ShiftCalendar(week: [:], exceptions: [first: [shift], last: [shift]])
    let found = edges.occurrences(from: never, until: always, in: berlin)
    #expect(found.map(\.day) == [first, last])
    for occurrence in found {
      #expect(edges.shift(at: occurrence.begin, in: berlin) == occurrence)
    }
  }
}
