import Testing
import Values

@Suite("Calendar days")
struct CalendarDayTests {
  @Test(
    "A day has a number, a text and a first moment",
    arguments: [
      (0, "1970-01-01"), (-1, "1969-12-31"), (19_782, "2024-02-29"), (20_783, "2026-11-26"),
    ] as [(Int64, String)])
  func texts(number: Int64, text: String) {
    let day = CalendarDay(number: number)
    #expect(day.description == text)
    #expect(CalendarDay(text) == day)
    #expect(CalendarDay(day.start) == day)
    #expect(CalendarDay(day.start.advanced(milliseconds: 86_400_000 - 1)) == day)
    #expect(CalendarDay(day.start.advanced(seconds: 86_400)) == day.advanced(days: 1))
    #expect(CalendarDay(Instant(microseconds: day.start.microseconds - 1)) < day)
  }

  @Test(
    "What is no day is not read",
    arguments: [
      "", "2026-11-31", "2025-02-29", "2026-1-1", "2026-11-26Z", "2026-11-26T00:00:00",
      "26.11.2026",
      "2026-13-01", "2026-00-10", " 2026-11-26",
    ])
  func refused(text: String) {
    #expect(CalendarDay(text) == nil)
  }
}
