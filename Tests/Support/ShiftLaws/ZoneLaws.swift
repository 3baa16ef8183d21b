public import Values

/// What holds for the readings and moments of every zone; each law answers with what breaks it.
public enum ZoneLaws {
  /// Readings in order are moments in order; outside the gaps a reading is shown at its moment, and
  /// not before; inside one it is the moment at which the clocks pass it.
  public static func violations(of zone: some TimeZoneOffsets, at readings: [LocalTime]) -> [String]
  {
    var violations: [String] = []
    var last: Instant?
    for reading in readings.sorted() {
      let moment = zone.instant(of: reading)
      let before = Instant(microseconds: moment.microseconds - 1)
      let shown = zone.local(at: moment)
      if shown < reading { violations.append("\(reading) is \(moment), which shows \(shown)") }
      if shown > reading, zone.local(at: before) >= reading || !isChange(moment, of: zone) {
        violations.append("\(reading) is in no gap, and is \(moment), which shows \(shown)")
      }
      if zone.latestLocal(at: before) >= reading || zone.latestLocal(at: moment) < reading {
        violations.append("\(reading) is first reached at another moment than \(moment)")
      }
      if let last, moment < last {
        violations.append("\(reading) is earlier than a lesser reading")
      }
      last = moment
    }
    return violations
  }

  /// What a moment shows is first shown then, or was shown before already, or was passed by a change
  /// that was taken back; the latest reading never goes back.
  public static func violations(of zone: some TimeZoneOffsets, at moments: [Instant]) -> [String] {
    var violations: [String] = []
    var last: LocalTime?
    for moment in moments.sorted() {
      let shown = zone.local(at: moment)
      let first = zone.instant(of: shown)
      let firstShown = zone.local(at: first)
      let isPassed = firstShown > shown && isChange(first, of: zone)
      if first > moment || !(firstShown == shown || isPassed) {
        violations.append("\(moment) shows \(shown), which is first \(first)")
      }
      let latest = zone.latestLocal(at: moment)
      if latest < shown || last.map({ latest < $0 }) ?? false {
        violations.append("\(latest) is not the latest reading at \(moment)")
      }
      last = latest
    }
    return violations
  }

  private static func isChange(_ moment: Instant, of zone: some TimeZoneOffsets) -> Bool {
    zone.nextChange(after: Instant(microseconds: moment.microseconds - 1)) == moment
  }
}
