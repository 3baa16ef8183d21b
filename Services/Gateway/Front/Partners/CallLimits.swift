/// How much a partner may call, all its credentials together.
public struct CallLimits: Sendable, Hashable {
  /// Calls per second in the long run; a method may cost more than one.
  public var callsPerSecond: Int64
  /// Calls at once after a rest.
  public var burst: Int64
  /// Calls that may be under way, streams among them.
  public var concurrentCalls: Int64
  /// Calls per day (UTC); `nil` when there is no such limit.
  public var callsPerDay: Int64?

  /// The lines of a large plant report some tens a second; a partner that needs more has it set.
  public static let standard = CallLimits(callsPerSecond: 100, burst: 200, concurrentCalls: 200)
  /// Beyond it one partner would be more than a Gateway serves.
  public static let callsPerSecondRange: ClosedRange<Int64> = 1...100_000
  /// Ten seconds of the largest rate.
  public static let burstRange: ClosedRange<Int64> = 1...1_000_000
  /// Each takes some kilobytes while it runs.
  public static let concurrentCallsRange: ClosedRange<Int64> = 1...10_000
  /// More than the largest rate makes of a day is no limit.
  public static let callsPerDayRange: ClosedRange<Int64> = 1...10_000_000_000

  /// As much as a partner can be given: for load tests.
  public static let widest = CallLimits(
    callsPerSecond: callsPerSecondRange.upperBound, burst: burstRange.upperBound,
    concurrentCalls: concurrentCallsRange.upperBound)

  /// Limits of their parts; the caller has checked them.
  public init(
    callsPerSecond: Int64, burst: Int64, concurrentCalls: Int64, callsPerDay: Int64? = nil
  ) {
    self.callsPerSecond = callsPerSecond
    self.burst = burst
    self.concurrentCalls = concurrentCalls
    self.callsPerDay = callsPerDay
  }
}
