import Testing
import Values

@Suite("Time")
struct TimeTests {
  @Test(
    "is taken apart and put together again",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_796_104_800, "2026-12-01T06:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    ])
  func roundTrips(seconds: Int64, text: String) {
    let instant = Instant(seconds: seconds)
    #expect(instant.description == text)
    #expect(CivilTime(text: text)?.instant == instant)
    #expect(CivilTime(instant).instant == instant)
  }

  @Test("writes fractions of a second only when there are any")
  func writesFractions() {
    #expect(Instant(microseconds: 1_500_000).description == "1970-01-01T00:00:01.5Z")
  }

  @Test(
    "refuses text that names no moment",
    arguments: [
      "", "2026-02-30", "2026-13-01", "2026-1-01", "2026-12-01 24:00:00", "2026-12-01 06:00",
      "2026-12-01x06:00:00", "2026/12/01", "20a6-12-01",
    ])
  func refusesOtherText(text: String) {
    #expect(CivilTime(text: text) == nil)
  }
}
