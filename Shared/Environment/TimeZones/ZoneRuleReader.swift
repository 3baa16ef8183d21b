/// Reads the parts of a ``ZoneRule``'s text, one after the other (RFC 9636 §3.3.1, POSIX's TZ).
struct ZoneRuleReader {
  private var rest: ArraySlice<UInt8>

  /// A reader of a text.
  init(_ text: ArraySlice<UInt8>) { rest = text }

  /// Whether everything was read.
  var isAtEnd: Bool { rest.isEmpty }

  /// Whether a character comes next.
  func sees(_ character: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: character) }

  /// Steps over a character; whether it was there.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard sees(character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Steps over what a time is called: `CET`, `<+0330>`.
  mutating func skipName() -> Bool {
    let isQuoted = skip("<")
    let name = rest.prefix { byte in
      let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      return isLetter || isQuoted && (isSign || (48...57).contains(byte))
    }
    rest = rest.dropFirst(name.count)
    return !name.isEmpty && (!isQuoted || skip(">"))
  }

  /// An offset, in seconds: POSIX tells what must be added to get to UTC, this is local time minus UTC.
  mutating func offset() -> Int32? { time(hours: 0...24).map { Int32(-$0) } }

  /// A day of the year and a time: `M3.5.0`, `J60/3`, `0/0`.
  mutating func day() -> ZoneRuleDay? {
    guard let day = dayAlone() else { return nil }
    guard skip("/") else { return ZoneRuleDay(day: day, secondOfDay: 7_200) }
    return time(hours: 0...167).map { ZoneRuleDay(day: day, secondOfDay: $0) }
  }

  private mutating func dayAlone() -> ZoneRuleDay.Day? {
    if skip("J") { return number(1...365).map { .ordinary($0) } }
    guard skip("M") else { return number(0...365).map { .afterFirst($0) } }
    guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
      let weekday = number(0...6)
    else { return nil }
    return .weekday(month: month, week: week, weekday: weekday)
  }

  /// `2`, `-1`, `+9:30`, `24:00:00`, in seconds.
  private mutating func time(hours range: ClosedRange<Int>) -> Int64? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard let hours = number(range) else { return nil }
    var seconds = Int64(hours) * 3_600
    for unit in [60, 1] as [Int64] where skip(":") {
      guard let part = number(0...59) else { return nil }
      seconds += Int64(part) * unit
    }
    return isNegative ? -seconds : seconds
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { (48...57).contains($0) }
    guard (1...3).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    return range.contains(value) ? value : nil
  }
}
