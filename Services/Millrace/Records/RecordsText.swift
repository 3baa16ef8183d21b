import Values

/// Figures of the records as people read them.
enum RecordsText {
  private static let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]

  /// `934 bytes`, `12.5 MiB`: three digits or four say enough.
  static func bytes(_ bytes: Int64) -> String {
    var unit = 0
    var size = Double(bytes)
    while size >= 1_024, unit < units.count - 1 {
      size /= 1_024
      unit += 1
    }
    if unit == 0 { return "\(bytes) \(units[0])" }
    return "\((size * 10).rounded() / 10) \(units[unit])"
  }

  /// `45 s`, `12 min`, `3 h`, `8 d`: how long ago something was.
  static func age(of moment: Instant, at now: Instant) -> String {
    let seconds = max(now.milliseconds(since: moment) / 1_000, 0)
    return switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7_200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) d"
    }
  }
}
