public import Environment
public import ServiceKit
import Synchronization
import Values

/// Lets each partner call as much as its limits allow: so many at once and per second, so many under
/// way, so many a day. One partner's calls take nothing from another one's.
///
/// Time is the monotonic clock's: the wall clock may jump as it likes. Only the day is the wall
/// clock's, see ``DailyCount``.
public final class RateLimiter: Sendable {
  /// What a partner has left after a call.
  public struct Allowance: Sendable, Hashable {
    /// The burst.
    public let limit: Int64
    /// What could be called at once now.
    public let remaining: Int64
    /// After how many seconds all of the burst is there again, rounded up.
    public let resetSeconds: Int64

    /// An allowance of its parts.
    public init(limit: Int64, remaining: Int64, resetSeconds: Int64) {
      self.limit = limit
      self.remaining = remaining
      self.resetSeconds = resetSeconds
    }
  }

  private struct Usage {
    var bucket: TokenBucket
    var underWay: Int64 = 0
    var daily = DailyCount()
  }

  private let callsToday: [String: DailyCount]
  private let clock: any Clock
  /// One for each partner that has called: there are no more than the Gateway knows.
  private let usages = Mutex<[String: Usage]>([:])

  private static let nanosecondsPerSecond: Int64 = 1_000_000_000
  private static let nanosecondsPerMillisecond: Int64 = 1_000_000

  /// A limiter.
  /// - Parameter callsToday: by partner, the calls of this day before the start.
  public init(callsToday: [String: Int64] = [:], clock: any Clock) {
    let today = CalendarDay(clock.now)
    self.callsToday = callsToday.mapValues { DailyCount(day: today, calls: $0) }
    self.clock = clock
  }

  /// Counts a call that begins. When it has ended, say so with ``end(_:)``.
  /// - Parameters:
  ///   - cost: what it counts for in the rate, see ``MethodCosts``.
  ///   - isCharged: whether it counts in the day.
  /// - Throws: RESOURCE_EXHAUSTED, with when to try again.
  public func begin(
    _ partner: String, _ limits: CallLimits, cost: Int64, isCharged: Bool = true
  ) throws(Refusal) -> Allowance {
    let now = clock.monotonicNanoseconds
    return try usages.withLock { usages throws(Refusal) in
      var usage = usage(usages[partner], partner, limits, now)
      defer { usages[partner] = usage }
      guard usage.underWay < limits.concurrentCalls else {
        throw Refusals.tooManyUnderWay(partner, limits)
      }
      if isCharged { try checkToday(&usage.daily, partner, limits) }
      // A method that costs more than the burst needs a full one.
      let wanted = min(cost, limits.burst)
      guard usage.bucket.take(wanted, atNanoseconds: now) else {
        let wait = usage.bucket.nanoseconds(until: wanted, atNanoseconds: now) ?? 0
        let milliseconds = wait / Self.nanosecondsPerMillisecond + 1
        throw Refusals.rateExceeded(
          partner, limits, cost: cost, retryMilliseconds: milliseconds)
      }
      usage.underWay += 1
      if isCharged { usage.daily.calls += 1 }
      return Self.allowance(usage.bucket, now)
    }
  }

  /// What a partner has left, for one whose call was not counted.
  func allowance(_ partner: String, _ limits: CallLimits) -> Allowance {
    let now = clock.monotonicNanoseconds
    return usages.withLock { usages in
      Self.allowance(usage(usages[partner], partner, limits, now).bucket, now)
    }
  }

  /// Counts a call that has ended.
  public func end(_ partner: String) { usages.withLock { $0[partner]?.underWay -= 1 } }

  /// Refuses a call that is one too many for today, if there is a limit for that.
  private func checkToday(_ daily: inout DailyCount, _ partner: String, _ limits: CallLimits)
    throws(Refusal)
  {
    // Counted also without a limit: one may be set during the day.
    let now = clock.now
    daily.turn(to: CalendarDay(now))
    guard let callsPerDay = limits.callsPerDay else { return }
    guard daily.calls < callsPerDay else {
      throw Refusals.dailyQuotaExceeded(
        partner, callsPerDay, retryMilliseconds: daily.millisecondsLeft(at: now))
    }
  }

  /// The usage so far, under the limits of now.
  private func usage(_ found: Usage?, _ partner: String, _ limits: CallLimits, _ now: Int64)
    -> Usage
  {
    if let found, found.bucket.burst == limits.burst,
      found.bucket.perSecond == limits.callsPerSecond
    {
      return found
    }
    let bucket = TokenBucket(
      burst: limits.burst, perSecond: limits.callsPerSecond, atNanoseconds: now)
    return Usage(
      bucket: bucket, underWay: found?.underWay ?? 0,
      daily: found?.daily ?? callsToday[partner] ?? DailyCount())
  }

  private static func allowance(_ bucket: TokenBucket, _ now: Int64) -> Allowance {
    let reset = bucket.nanoseconds(until: bucket.burst, atNanoseconds: now) ?? 0
    return Allowance(
      limit: bucket.burst, remaining: bucket.available(atNanoseconds: now),
      resetSeconds: (reset + nanosecondsPerSecond - 1) / nanosecondsPerSecond)
  }
}
