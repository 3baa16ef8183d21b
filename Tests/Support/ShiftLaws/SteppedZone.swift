public import Values

/// A made-up time zone: an offset, and moments from which on it is another.
public struct SteppedZone: TimeZoneOffsets, CustomStringConvertible {
  /// In seconds, before the first change.
  public let initialOffsetSeconds: Int
  /// In order.
  public let changes: [(at: Instant, offsetSeconds: Int)]

  /// A zone whose changes come in order, each to another offset.
  public init(
    _ initialOffsetSeconds: Int, changes: [(at: Instant, offsetSeconds: Int)] = []
  ) {
    self.initialOffsetSeconds = initialOffsetSeconds
    self.changes = changes
  }

  /// A zone whose offset changes at odd times: within minutes and within months, by a quarter of an
  /// hour and by a day.
  public init(
    around moment: Instant, changes count: Int, using random: inout some RandomNumberGenerator
  ) {
    let quarters = -48...56
    initialOffsetSeconds = Int.random(in: quarters, using: &random) * 900
    var changes: [(at: Instant, offsetSeconds: Int)] = []
    var (at, offset) = (moment, initialOffsetSeconds)
    for _ in 0..<count {
      let longestMinutes: Int64 = Bool.random(using: &random) ? 300 : 60 * 24 * 20
      at = at.advanced(seconds: .random(in: 1...longestMinutes, using: &random) * 60)
      let steps = [-86_400, -7_200, -3_600, -1_800, -900, 900, 1_800, 3_600, 7_200, 86_400]
      let step = steps.randomElement(using: &random) ?? 900
      offset += abs(offset + step) <= 16 * 3_600 ? step : offset < 0 ? 3_600 : -3_600
      changes.append((at, offset))
    }
    self.changes = changes
  }

  /// What is in force at a moment.
  public func offsetSeconds(at moment: Instant) -> Int {
    changes.last { $0.at <= moment }?.offsetSeconds ?? initialOffsetSeconds
  }

  /// The next of the changes.
  public func nextChange(after moment: Instant) -> Instant? {
    changes.first { moment < $0.at }?.at
  }

  /// For a test that failed.
  public var description: String {
    "\(initialOffsetSeconds) s" + changes.map { ", \($0.offsetSeconds) s from \($0.at)" }.joined()
  }
}
