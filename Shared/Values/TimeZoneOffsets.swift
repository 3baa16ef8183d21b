/// What the clocks of a place show: how far they are from UTC, and when that changes.
///
/// ``instant(of:)`` and ``latestLocal(at:)`` are one order seen from both sides: the moment of a
/// reading has come exactly when the clocks have shown that reading or a later one. Whatever follows
/// each other on the clock follows each other in time, without a gap and without an overlap, however
/// the clocks are changed in between.
public protocol TimeZoneOffsets: Sendable {
  /// Local time minus UTC at a moment, in seconds: 3,600 or 7,200 in Berlin. At most
  /// ``maximumOffsetSeconds``, either way.
  func offsetSeconds(at moment: Instant) -> Int

  /// The first moment after a given one at which the offset is another than just before; `nil` when
  /// there is none. It is asked for, and not searched, because a search by samples could step over
  /// two changes close to each other.
  func nextChange(after moment: Instant) -> Instant?
}

extension TimeZoneOffsets {
  /// The farthest that clocks are from UTC, either way, in seconds: 26 hours, the range of the files
  /// in which the world keeps its time zones (RFC 9636 §3.2). It bounds where a reading is looked for.
  public static var maximumOffsetSeconds: Int64 { 26 * 3_600 }

  /// What the clocks show at a moment.
  public func local(at moment: Instant) -> LocalTime {
    LocalTime(microseconds: moment.advanced(seconds: Int64(offsetSeconds(at: moment))).microseconds)
  }

  /// The first moment at which the clocks show a reading or a later one. A reading that is skipped
  /// (in spring) is the first moment after the gap; one that is shown twice (in autumn) is the first
  /// of the two. Of two readings the lesser is never the later moment.
  /// - Parameter local: within ``Instant``'s range by two days, else it traps.
  public func instant(of local: LocalTime) -> Instant {
    // So early that whatever the offset, the reading is still to come.
    var begin = Instant(microseconds: local.microseconds)
      .advanced(seconds: -Self.maximumOffsetSeconds)
    while true {
      let shown = Instant(microseconds: local.microseconds)
        .advanced(seconds: -Int64(offsetSeconds(at: begin)))
      guard let change = nextChange(after: begin), change <= shown else {
        // Shown before the clocks change again, or passed by the change at `begin`.
        return max(begin, shown)
      }
      begin = change
    }
  }

  /// The latest reading that the clocks have shown up to a moment. While they repeat an hour, it is
  /// the end of that hour: what ended in the first pass is not begun again.
  /// - Parameter moment: within ``Instant``'s range by four days, else it traps.
  public func latestLocal(at moment: Instant) -> LocalTime {
    var latest = local(at: moment)
    // What was shown before that is less than what is shown now, whatever the offsets were.
    var begin = moment.advanced(seconds: -2 * Self.maximumOffsetSeconds)
    while let change = nextChange(after: begin), change <= moment {
      latest = max(latest, local(at: Instant(microseconds: change.microseconds - 1)))
      begin = change
    }
    return latest
  }
}
