/// A day of the week, numbered as in ISO 8601.
public enum Weekday: Int, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
  /// The first one.
  case monday = 1
  /// The second one.
  case tuesday
  /// The third one.
  case wednesday
  /// The fourth one.
  case thursday
  /// The fifth one.
  case friday
  /// The sixth one.
  case saturday
  /// The last one; Monday follows.
  case sunday

  /// How many there are.
  public static let count = 7

  /// For people: `Monday`.
  public var description: String {
    switch self {
    case .monday: "Monday"
    case .tuesday: "Tuesday"
    case .wednesday: "Wednesday"
    case .thursday: "Thursday"
    case .friday: "Friday"
    case .saturday: "Saturday"
    case .sunday: "Sunday"
    }
  }

  /// Monday first.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension CalendarDay {
  /// The day of the week.
  public var weekday: Weekday {
    // 1970-01-01 was a Thursday, three days after a Monday.
    let count = Int64(Weekday.count)
    return Weekday.allCases[Int((number % count + 3 + count) % count)]
  }
}
