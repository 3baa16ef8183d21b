import Seeds
import ShiftLaws
import Testing
import Values

@Suite struct `A local time` {
  private static func local(_ text: String) throws -> LocalTime {
    LocalTime(try #require(CivilTime(text: text)))
  }

  private static func instant(_ text: String) throws -> Instant {
    try #require(CivilTime(text: text)).instant
  }

  /// Berlin in 2026: the clocks are changed at one o'clock UTC.
  private static func berlin() throws -> SteppedZone {
    SteppedZone(
      3_600,
      changes: [
        (try instant("2026-03-29 01:00:00"), 7_200), (try instant("2026-10-25 01:00:00"), 3_600),
      ])
  }

  @Test(arguments: [
    ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z"),
    ("2026-03-29 02:00:00", "2026-03-29T01:00:00Z"),
    ("2026-03-29 02:30:00", "2026-03-29T01:00:00Z"),
    ("2026-03-29 03:00:00", "2026-03-29T01:00:00Z"),
    ("2026-03-29 03:00:01", "2026-03-29T01:00:01Z"),
    ("2026-10-25 01:59:59", "2026-10-24T23:59:59Z"),
    ("2026-10-25 02:00:00", "2026-10-25T00:00:00Z"),
    ("2026-10-25 02:30:00", "2026-10-25T00:30:00Z"),
    ("2026-10-25 02:59:59", "2026-10-25T00:59:59Z"),
    ("2026-10-25 03:00:00", "2026-10-25T02:00:00Z"),
  ])
  func `is the first moment that shows it, and in a gap the one after it`(
    text: String, moment: String
  ) throws {
    let local = try Self.local(text)
    #expect(local.description == text)
    #expect(try Self.berlin().instant(of: local).description == moment)
  }

  @Test func `is not shown again while the clocks repeat an hour`() throws {
    let berlin = try Self.berlin()
    let moment = try Self.instant("2026-10-25 01:30:00")
    #expect(berlin.local(at: moment) == (try Self.local("2026-10-25 02:30:00")))
    let third = try Self.local("2026-10-25 03:00:00")
    #expect(
      berlin.latestLocal(at: moment) == LocalTime(microseconds: third.microseconds - 1))
    #expect(berlin.latestLocal(at: try Self.instant("2026-10-25 02:00:00")) == third)
  }

  @Test func `has a day, which minutes beyond midnight leave`() throws {
    let day = try #require(CalendarDay("1969-12-31"))
    #expect(LocalTime(day: day, minute: 0).description == "1969-12-31 00:00:00")
    #expect(LocalTime(day: day, minute: 1_439).day == day)
    #expect(LocalTime(day: day, minute: 1_440 + 90).description == "1970-01-01 01:30:00")
  }

  @Test func `is a moment in the same order, and comes back, whatever the zone`() throws {
    let seed = TestSeed(of: "local times")
    let start = try Self.instant("2026-01-01 00:00:00")
    for part in 0..<200 as Range<UInt64> {
      var random = seed.generator(part: part)
      let zone = SteppedZone(around: start, changes: 6, using: &random)
      // Where something happens, and anywhere.
      let changes = zone.changes.flatMap { change in
        [-1, 0, 1].map { Instant(microseconds: change.at.microseconds + $0) }
      }
      let anywhere = (0..<60).map { _ in
        start.advanced(seconds: .random(in: -200_000...4_000_000, using: &random))
      }
      let near = (changes + anywhere).map {
        $0.advanced(seconds: .random(in: -90_000...90_000, using: &random))
      }
      let moments = changes + anywhere + near
      #expect(ZoneLaws.violations(of: zone, at: moments) == [], "\(zone)")
      let readings = moments.map { LocalTime(microseconds: $0.microseconds) }
      let shown = changes.map { zone.local(at: $0) }
      #expect(ZoneLaws.violations(of: zone, at: readings + shown) == [], "\(zone)")
    }
  }
}

@Suite struct `A day of the week` {
  @Test(arguments: [
    ("1970-01-01", Weekday.thursday), ("1969-12-31", .wednesday), ("2026-03-29", .sunday),
    ("2024-02-29", .thursday), ("0001-01-01", .monday), ("9999-12-31", .friday),
  ])
  func `is told of a date`(text: String, weekday: Weekday) throws {
    let day = try #require(CalendarDay(text))
    #expect(day.weekday == weekday)
    #expect(day.advanced(days: 7).weekday == weekday)
    #expect(day.advanced(days: -1).weekday != weekday)
  }

  @Test func `is told of every number`() {
    #expect(CalendarDay(number: .max - 1).weekday < CalendarDay(number: .max).weekday)
    #expect(CalendarDay(number: .min).weekday != CalendarDay(number: .min + 1).weekday)
    #expect(Weekday.allCases.map(\.description).first == "Monday")
    #expect(Weekday.allCases.count == Weekday.count)
  }
}
