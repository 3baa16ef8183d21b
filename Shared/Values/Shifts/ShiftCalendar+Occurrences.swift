extension ShiftCalendar {
  /// Most occurrences of one answer: three shifts a day for nine years, half a megabyte.
  public static let maximumOccurrences = 10_000

  /// The shift that is worked at a moment, in a zone; `nil` when none is.
  public func shift(at moment: Instant, in zone: some TimeZoneOffsets) -> ShiftOccurrence? {
    guard Self.moments.contains(moment) else { return nil }
    // A shift has begun, or has ended, when the clocks have shown that time or a later one.
    let local = zone.latestLocal(at: moment)
    for day in [local.day.advanced(days: -1), local.day] {
      for shift in shifts(on: day) {
        let (start, end) = Self.times(of: shift, on: day)
        if start <= local, local < end { return Self.occurrence(of: shift, on: day, in: zone) }
      }
    }
    return nil
  }

  /// The shifts that are worked between two moments, the second one not in it, in a zone: whole, in
  /// order, also those that begin before or end after. A shift of which the clocks skip every minute
  /// is not worked.
  /// - Parameters:
  ///   - limit: at most ``maximumOccurrences``, whatever is given. Where as many come, there may be
  ///     more, from the last one's end on.
  public func occurrences(
    from: Instant, until: Instant, limit: Int = ShiftCalendar.maximumOccurrences,
    in zone: some TimeZoneOffsets
  ) -> [ShiftOccurrence] {
    let from = max(from, Self.moments.lowerBound)
    let until = min(until, Self.moments.upperBound)
    guard from < until else { return [] }
    let first = zone.latestLocal(at: from).day.advanced(days: -1)
    let last = zone.latestLocal(at: Instant(microseconds: until.microseconds - 1)).day
    let limit = min(limit, Self.maximumOccurrences)
    var occurrences: [ShiftOccurrence] = []
    for day in days(first...last) {
      for shift in shifts(on: day) {
        guard occurrences.count < limit else { return occurrences }
        if let occurrence = Self.occurrence(of: shift, on: day, in: zone),
          from < occurrence.end, occurrence.begin < until
        {
          occurrences.append(occurrence)
        }
      }
    }
    return occurrences
  }

  /// ``days`` in UTC. What a zone adds to it is far within an ``Instant``.
  private static var moments: Range<Instant> {
    days.lowerBound.start..<days.upperBound.advanced(days: 1).start
  }

  /// The days of a range that may have shifts, in order. Without a weekly pattern only exceptions do:
  /// a search ends with them and not with the years.
  private func days(_ range: ClosedRange<CalendarDay>) -> AnySequence<CalendarDay> {
    if hasEmptyWeek { return AnySequence(exceptions.keys.filter(range.contains).sorted()) }
    let numbers = range.lowerBound.number...range.upperBound.number
    return AnySequence(numbers.lazy.map { CalendarDay(number: $0) })
  }

  private static func times(of shift: Shift, on day: CalendarDay) -> (LocalTime, LocalTime) {
    (
      LocalTime(day: day, minute: shift.startMinute), LocalTime(day: day, minute: shift.endMinute)
    )
  }

  private static func occurrence(
    of shift: Shift, on day: CalendarDay, in zone: some TimeZoneOffsets
  ) -> ShiftOccurrence? {
    let (start, end) = times(of: shift, on: day)
    let (begin, finish) = (zone.instant(of: start), zone.instant(of: end))
    guard begin < finish else { return nil }
    return ShiftOccurrence(name: shift.name, day: day, begin: begin, end: finish)
  }
}
