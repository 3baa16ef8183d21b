public import Values

/// What holds for every calendar in every zone; each law answers with what breaks it.
public enum ShiftLaws {
  /// The occurrences between two moments are in order and apart, each is within the question and has
  /// its times of the clock, and a moment is in one of them exactly when the calendar says so.
  public static func violations(
    of calendar: ShiftCalendar, in zone: some TimeZoneOffsets, from: Instant, until: Instant,
    at moments: [Instant] = []
  ) -> [String] {
    let occurrences = calendar.occurrences(from: from, until: until, in: zone)
    var violations = zip(occurrences, occurrences.dropFirst())
      .filter { $0.end > $1.begin }.map { "\($0) and \($1) are not one after the other" }
    for occurrence in occurrences {
      if occurrence.begin >= occurrence.end || occurrence.end <= from || occurrence.begin >= until {
        violations.append("\(occurrence) has no part in the question")
      }
      let shift = calendar.shifts(on: occurrence.day).first {
        $0.name == occurrence.name
          && zone.instant(of: LocalTime(day: occurrence.day, minute: $0.startMinute))
            == occurrence.begin
          && zone.instant(of: LocalTime(day: occurrence.day, minute: $0.endMinute))
            == occurrence.end
      }
      if shift == nil { violations.append("\(occurrence) is no shift of its day") }
    }
    let edges = occurrences.flatMap { occurrence in
      [occurrence.begin, occurrence.end].flatMap {
        [Instant(microseconds: $0.microseconds - 1), $0]
      }
    }
    var rest = occurrences[...]
    for moment in (moments + edges).sorted() where from <= moment && moment < until {
      rest = rest.drop { $0.end <= moment }
      let listed = rest.first.flatMap { $0.contains(moment) ? $0 : nil }
      let asked = calendar.shift(at: moment, in: zone)
      if listed != asked {
        violations.append(
          "\(moment) is in \(listed.debugDescription), not \(asked.debugDescription)")
      }
    }
    return violations
  }

  /// A question in two parts has the answers of the whole, what is in both of them once.
  public static func violations(
    of calendar: ShiftCalendar, in zone: some TimeZoneOffsets, from: Instant, until: Instant,
    dividedAt middle: Instant
  ) -> [String] {
    let whole = calendar.occurrences(from: from, until: until, in: zone)
    let left = calendar.occurrences(from: from, until: middle, in: zone)
    let right = calendar.occurrences(from: middle, until: until, in: zone)
    let joined = left + right.drop { $0 == left.last }
    return joined == whole ? [] : ["from \(from), \(middle), \(until): \(joined) is not \(whole)"]
  }

  /// A calendar without a minute between its shifts has every moment in one of them, and its shifts
  /// together are as long as the time.
  public static func violationsOfFullCoverage(
    of calendar: ShiftCalendar, in zone: some TimeZoneOffsets, from: Instant, until: Instant
  ) -> [String] {
    let occurrences = calendar.occurrences(from: from, until: until, in: zone)
    guard let first = occurrences.first, let last = occurrences.last else { return ["no shifts"] }
    var violations = zip(occurrences, occurrences.dropFirst())
      .filter { $0.end != $1.begin }.map { "time is lost between \($0) and \($1)" }
    if first.begin > from || last.end < until { violations.append("the ends are not covered") }
    let milliseconds = occurrences.reduce(0) { $0 + $1.durationMilliseconds }
    if milliseconds != last.end.milliseconds(since: first.begin) {
      violations.append("the shifts are \(milliseconds) ms long together")
    }
    return violations
  }
}
