/// One time that a shift is worked: from its beginning until before its end.
public struct ShiftOccurrence: Sendable, Hashable {
  /// The shift's name.
  public let name: String
  /// The production day: the date on which the shift starts on the clock. What is made after
  /// midnight in a night shift belongs to the day before. Where the clocks skip a whole date, the end
  /// of its last shift may still be worked.
  public let day: CalendarDay
  /// Its first moment.
  public let begin: Instant
  /// The first moment after it, above ``begin``.
  public let end: Instant

  /// How long it is in time, not on the clock: a night of eight hours has seven in spring and nine in
  /// autumn.
  public var durationMilliseconds: Int64 { end.milliseconds(since: begin) }

  /// Whether a moment belongs to it.
  public func contains(_ moment: Instant) -> Bool { begin <= moment && moment < end }
}
