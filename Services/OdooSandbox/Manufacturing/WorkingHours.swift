import Values

/// The standard calendar: Monday to Friday, 8 to 12 and 13 to 17 o'clock, UTC.
enum WorkingHours {
  /// Hours of a working day.
  private static let shifts: [ClosedRange<Int64>] = [8...12, 13...17]
  private static let secondsPerDay: Int64 = 86_400
  /// Most days that are looked ahead, as in Odoo (50 times two weeks).
  private static let maximumDays = 700

  /// Working intervals from a moment on.
  private static func intervals(from start: Instant) -> some Sequence<(Instant, Instant)> {
    let day = start.microseconds / Instant.microsecondsPerSecond / secondsPerDay
    return (0..<maximumDays).lazy.flatMap { offset -> [(Instant, Instant)] in
      let number = day + Int64(offset)
      // 1970-01-01 was a Thursday.
      guard (number + 3) % 7 < 5 else { return [] }
      return shifts.compactMap { shift in
        let opening = Instant(seconds: number * secondsPerDay + shift.lowerBound * 3_600)
        let closing = Instant(seconds: number * secondsPerDay + shift.upperBound * 3_600)
        return closing > start ? (max(opening, start), closing) : nil
      }
    }
  }

  /// The first working moment at or after this one.
  static func opening(from start: Instant) -> Instant {
    intervals(from: start).first { _ in true }?.0 ?? start
  }

  /// When so many minutes of work are over.
  static func end(of minutes: Double, from start: Instant) -> Instant {
    // Beyond the days that are looked ahead the answer is the start anyway.
    var rest = Int64((min(minutes, Double(maximumDays) * 1_440) * 60).rounded())
    for (opening, closing) in intervals(from: start) {
      let seconds = (closing.microseconds - opening.microseconds) / Instant.microsecondsPerSecond
      if rest <= seconds { return opening.advanced(seconds: rest) }
      rest -= seconds
    }
    return start
  }
}
