import Environment
import Seeds
import ShiftLaws
import Testing
import Values

@Suite struct `Shifts in the world's zones` {
  private static let names = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo",
    "Africa/Casablanca", "Pacific/Apia", "Europe/Dublin", "Asia/Gaza", "Antarctica/Troll", "UTC",
  ]
  /// From 1970 to 2100.
  private static let years = 1_970...2_100

  /// The first moment of a year in UTC.
  private static func start(of year: Int) throws -> Instant {
    try #require(CivilTime(text: "\(year)-01-01")).instant
  }

  /// Years in which something may happen: the one that Samoa went without a day, and any.
  private static func years(_ random: inout some RandomNumberGenerator) -> [Int] {
    [2_011, 2_026] + (0..<4).map { _ in .random(in: years, using: &random) }
  }

  private static func moments(
    _ count: Int, _ range: Range<Instant>, using random: inout some RandomNumberGenerator
  ) -> [Instant] {
    let microseconds = range.lowerBound.microseconds..<range.upperBound.microseconds
    return (0..<count).map { _ in Instant(microseconds: .random(in: microseconds, using: &random)) }
  }

  @Test(arguments: names)
  func `have readings and moments in one order`(name: String) throws {
    let zone = try IANATimeZone(name)
    let seed = TestSeed(of: "readings in \(name)")
    var random = seed.generator()
    let (start, end) = (try Self.start(of: 1_970), try Self.start(of: 2_101))
    var moments = Self.moments(2_000, start..<end, using: &random)
    var last = start
    while let change = zone.nextChange(after: last), change < end {
      moments += [-5_400, -1, 0, 1, 5_400].map { change.advanced(seconds: $0) }
      last = change
    }
    #expect(ZoneLaws.violations(of: zone, at: moments) == [])
    let offset = zone.offsetSeconds(at: start)
    let readings = moments.flatMap {
      [
        zone.local(at: $0),
        LocalTime(microseconds: $0.advanced(seconds: Int64(offset)).microseconds),
      ]
    }
    #expect(ZoneLaws.violations(of: zone, at: readings) == [])
  }

  @Test(arguments: names)
  func `are one after the other, and a moment is in at most one`(name: String) throws {
    let zone = try IANATimeZone(name)
    let seed = TestSeed(of: "shifts in \(name)")
    var random = seed.generator()
    for year in Self.years(&random) {
      let (start, end) = (try Self.start(of: year), try Self.start(of: year + 1))
      let around = zone.nextChange(after: start) ?? start
      let calendar = try RandomCalendars.calendar(around: CalendarDay(around), using: &random)
      let moments = Self.moments(200, start..<end, using: &random)
      #expect(
        ShiftLaws.violations(of: calendar, in: zone, from: start, until: end, at: moments) == [],
        "\(year)")
      #expect(
        ShiftLaws.violations(of: calendar, in: zone, from: start, until: end, dividedAt: moments[0])
          == [], "\(year)")
    }
  }

  @Test(arguments: names)
  func `around the clock are as long as the year`(name: String) throws {
    let zone = try IANATimeZone(name)
    let seed = TestSeed(of: "years in \(name)")
    var random = seed.generator()
    let calendar = try RandomCalendars.roundTheClock(startMinute: 0)
    for year in Self.years(&random) {
      // The year of the place: its shifts begin and end with it.
      let days = try [year, year + 1].map { CalendarDay(try Self.start(of: $0)) }
      let (start, end) = (
        zone.instant(of: LocalTime(day: days[0], minute: 0)),
        zone.instant(of: LocalTime(day: days[1], minute: 0))
      )
      #expect(
        ShiftLaws.violationsOfFullCoverage(of: calendar, in: zone, from: start, until: end) == [])
      let occurrences = calendar.occurrences(from: start, until: end, in: zone)
      let milliseconds = occurrences.reduce(0) { $0 + $1.durationMilliseconds }
      #expect(milliseconds == end.milliseconds(since: start), "\(year)")
    }
  }

  @Test func `are next to none on the day that Samoa went without`() throws {
    let zone = try IANATimeZone("Pacific/Apia")
    let calendar = try RandomCalendars.roundTheClock()
    let skipped = try #require(CalendarDay("2011-12-30"))
    let change = zone.instant(of: LocalTime(day: skipped, minute: 0))
    #expect(change == zone.instant(of: LocalTime(day: skipped.advanced(days: 1), minute: 0)))
    let range = (
      skipped.start.advanced(seconds: -200_000), skipped.start.advanced(seconds: 200_000)
    )
    let found = calendar.occurrences(from: range.0, until: range.1, in: zone)
    // At midnight the clocks went from the 29th to the 31st. The night of the 29th was over, by the
    // clock; of all shifts of the 30th only its night had an end that the clocks showed.
    let told = found.filter { $0.end > change && $0.begin <= change || $0.end == change }
    #expect(told.map { "\($0.name) \($0.day)" } == ["Night 2011-12-29", "Night 2011-12-30"])
    #expect(told.map(\.durationMilliseconds) == [2 * 3_600_000, 6 * 3_600_000])
    #expect(found.count { $0.day == skipped } == 1)
  }
}
