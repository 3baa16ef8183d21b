import Values

/// A day that comes once a year, and a time on the clock counted from its midnight.
struct ZoneRuleDay {
  /// Which day.
  enum Day {
    /// A day of the week (0 is Sunday) in a month: the first one to the fourth one, or with 5 the last
    /// one.
    case weekday(month: Int, week: Int, weekday: Int)
    /// The first to the 365th day of a year, of which 29 February is none.
    case ordinary(Int)
    /// So many days after the first one.
    case afterFirst(Int)
  }

  let day: Day
  /// After its midnight, in seconds; negative and more than a day as well: at most a week.
  let secondOfDay: Int64

  private static let secondsPerDay: Int64 = 86_400

  /// In a year, in seconds since the clock showed 1970-01-01 00:00.
  func seconds(in year: Int) -> Int64 {
    number(in: year) * Self.secondsPerDay + secondOfDay
  }

  /// The day's number in a year.
  private func number(in year: Int) -> Int64 {
    let january = Self.first(of: 1, in: year)
    switch day {
    case .afterFirst(let days): return january + Int64(days)
    case .ordinary(let place):
      let march = Self.first(of: 3, in: year)
      // The 60th is 1 March in every year.
      return place < 60 ? january + Int64(place - 1) : march + Int64(place - 60)
    case .weekday(let month, let week, let weekday):
      let first = Self.first(of: month, in: year)
      let next = month == 12 ? Self.first(of: 1, in: year + 1) : Self.first(of: month + 1, in: year)
      let firstWeekday = CalendarDay(number: first).weekday.rawValue
      let count = Weekday.count
      let wanted = first + Int64((weekday - firstWeekday + 2 * count) % count + (week - 1) * count)
      return wanted < next ? wanted : wanted - Int64(count)
    }
  }

  private static func first(of month: Int, in year: Int) -> Int64 {
    var civil = CivilTime(Instant(seconds: 0))
    (civil.year, civil.month) = (year, month)
    return CalendarDay(civil.instant).number
  }
}
