/// A shift: what it is called, and when the clocks on the wall say that it begins and ends. It
/// belongs to the day on which it starts, and may run over midnight into the next one.
public struct Shift: Sendable, Hashable, CustomStringConvertible {
  /// What people call it: `Night`.
  public let name: String
  /// When it starts, in minutes after its day begins: 0 to 1,439.
  public let startMinute: Int
  /// How long it is on the clock, in minutes: 1 to 1,440. In the nights when the clocks are changed
  /// it is longer or shorter than that.
  public let durationMinutes: Int

  /// What a name may look like.
  public static let nameRule = TextRule(maximumLength: 64, characters: .visible)
  /// The minutes of a day on the clock.
  public static let minutesPerDay = 1_440

  /// A shift.
  public init(name: String, startMinute: Int, durationMinutes: Int) throws(ShiftError) {
    if let violation = Self.nameRule.violation(of: name) { throw .name(violation) }
    guard (0..<Self.minutesPerDay).contains(startMinute) else { throw .startMinute(startMinute) }
    guard (1...Self.minutesPerDay).contains(durationMinutes) else {
      throw .durationMinutes(durationMinutes)
    }
    self.name = name
    self.startMinute = startMinute
    self.durationMinutes = durationMinutes
  }

  /// When it ends, in minutes after its day begins: above 1,440 for a shift that runs over midnight.
  public var endMinute: Int { startMinute + durationMinutes }

  /// For people: `Night, 22:00 to 06:00`.
  public var description: String {
    "\(name), \(Self.clock(startMinute)) to \(Self.clock(endMinute))"
  }

  private static func clock(_ minute: Int) -> String {
    let ofDay = minute % minutesPerDay
    return [ofDay / 60, ofDay % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}

/// Why there is no such shift.
public enum ShiftError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Its name breaks ``Shift/nameRule``; with the broken part of it as a sentence.
  case name(String)
  /// It would start at a minute that no day has.
  case startMinute(Int)
  /// It would be empty, or longer than a day.
  case durationMinutes(Int)

  /// For people, without a full stop.
  public var description: String {
    switch self {
    case .name(let violation): "the name of a shift \(violation)"
    case .startMinute(let minute): "a shift starts at minute 0 to 1439 of its day, not \(minute)"
    case .durationMinutes(let minutes): "a shift has 1 to 1440 minutes, not \(minutes)"
    }
  }
}
