import Values

/// How the clocks of a place are changed every year: the text in which POSIX says that, as at the end
/// of a time zone's file. `CET-1CEST,M3.5.0,M10.5.0/3` is Berlin.
struct ZoneRule {
  /// Local time minus UTC in winter, in seconds; all the year when there is no summer time.
  let standard: Int32
  /// In summer.
  let daylight: Daylight?

  /// The offset of summer, in seconds, and when it begins and ends.
  struct Daylight {
    let offset: Int32
    /// On the clock of winter.
    let begin: ZoneRuleDay
    /// On the clock of summer.
    let end: ZoneRuleDay
  }

  /// All of its offsets.
  var offsets: [Int32] { [standard] + (daylight.map { [$0.offset] } ?? []) }

  /// Reads one; `nil` for any other text.
  init?(_ text: ArraySlice<UInt8>) {
    var reader = ZoneRuleReader(text)
    guard reader.skipName(), let standard = reader.offset() else { return nil }
    self.standard = standard
    if reader.isAtEnd {
      daylight = nil
      return
    }
    guard reader.skipName() else { return nil }
    var offset: Int32 = standard + 3_600
    if !reader.sees(",") {
      guard let told = reader.offset() else { return nil }
      offset = told
    }
    guard reader.skip(","), let begin = reader.day(), reader.skip(","), let end = reader.day(),
      reader.isAtEnd
    else { return nil }
    daylight = Daylight(offset: offset, begin: begin, end: end)
  }

  /// When the offset becomes which, after a time (in seconds since 1970-01-01 UTC) and until the end
  /// of a year, in order. What is changed and at once changed back is not told: a place that has
  /// summer time all the year says so with an end that is the next beginning.
  func changes(after time: Int64, until lastYear: Int) -> [(at: Int64, offset: Int32)] {
    guard let daylight else { return [] }
    let firstYear = max(CivilTime(Instant(seconds: time)).year, 1_970) - 1
    guard firstYear <= lastYear else { return [] }
    let all = (firstYear...lastYear).flatMap { year in
      [
        (at: daylight.begin.seconds(in: year) - Int64(standard), offset: daylight.offset),
        (at: daylight.end.seconds(in: year) - Int64(daylight.offset), offset: standard),
      ]
    }
    var changes: [(at: Int64, offset: Int32)] = []
    // Of two at once the one that begins summer is the last word.
    let ordered = all.sorted {
      ($0.at, $0.offset == standard ? 0 : 1) < ($1.at, $1.offset == standard ? 0 : 1)
    }
    for change in ordered where change.at > time {
      if changes.last?.at == change.at { changes.removeLast() }
      changes.append(change)
    }
    return changes
  }
}
