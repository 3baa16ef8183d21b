import Seeds
import ShiftLaws
import Testing
import Values

@Suite struct `Shifts in any zone` {
  private static let start = Instant(seconds: 1_767_225_600)  // 2026-01-01
  private static let end = start.advanced(seconds: 60 * 86_400)

  private static func moment(_ random: inout some RandomNumberGenerator) -> Instant {
    Instant(microseconds: .random(in: start.microseconds..<end.microseconds, using: &random))
  }

  @Test func `are one after the other, and a moment is in at most one`() throws {
    let seed = TestSeed(of: "shifts in any zone")
    for part in 0..<60 as Range<UInt64> {
      var random = seed.generator(part: part)
      let zone = SteppedZone(around: Self.start, changes: 6, using: &random)
      let calendar = try RandomCalendars.calendar(
        around: CalendarDay(Self.start).advanced(days: 12), using: &random)
      let moments = (0..<100).map { _ in Self.moment(&random) }
      #expect(
        ShiftLaws.violations(
          of: calendar, in: zone, from: Self.start, until: Self.end, at: moments) == [], "\(zone)")
      for middle in moments.prefix(20) {
        #expect(
          ShiftLaws.violations(
            of: calendar, in: zone, from: Self.start, until: Self.end, dividedAt: middle) == [],
          "\(zone)")
      }
    }
  }

  @Test func `are all of the time when there is no minute between them`() throws {
    let seed = TestSeed(of: "shifts around the clock")
    for part in 0..<100 as Range<UInt64> {
      var random = seed.generator(part: part)
      let zone = SteppedZone(around: Self.start, changes: 8, using: &random)
      let calendar = try RandomCalendars.roundTheClock(
        startMinute: .random(in: 0..<Shift.minutesPerDay, using: &random))
      #expect(
        ShiftLaws.violationsOfFullCoverage(
          of: calendar, in: zone, from: Self.start, until: Self.end) == [], "\(zone)")
    }
  }

  /// Somebody stands before the clock all the time. A shift begins when the clock gets to its start,
  /// and is over when it gets to its end; what the clock does afterwards changes nothing.
  @Test func `are those of somebody who watches the clock`() throws {
    let seed = TestSeed(of: "shifts by watching the clock")
    for part in 0..<12 as Range<UInt64> {
      var random = seed.generator(part: part)
      let zone = SteppedZone(around: Self.start, changes: 6, using: &random)
      let first = CalendarDay(Self.start).advanced(days: -3)
      let calendar = try RandomCalendars.calendar(around: first.advanced(days: 12), using: &random)
      // Every minute of the clock, and whose it is.
      var owners: [(shift: Shift, day: CalendarDay)?] = Array(repeating: nil, count: 33 * 1_440)
      for number in 0..<30 {
        let day = first.advanced(days: Int64(number))
        for shift in calendar.shifts(on: day) {
          for minute in shift.startMinute..<shift.endMinute {
            owners[number * 1_440 + minute] = (shift, day)
          }
        }
      }
      let origin = LocalTime(day: first, minute: 0).microseconds
      var latest = 0
      for minute in 0..<Int64(25 * 1_440) {
        let moment = Self.start.advanced(seconds: minute * 60)
        let shown = Int((zone.local(at: moment).microseconds - origin) / 60_000_000)
        // What was shown before the clock was put back has been shown.
        latest = max(latest, shown)
        let found = calendar.shift(at: moment, in: zone)
        let expected = owners[latest]
        guard found?.name == expected?.shift.name, found?.day == expected?.day else {
          Issue.record("\(moment), part \(part), \(zone): \(String(describing: found))")
          break
        }
      }
    }
  }
}
