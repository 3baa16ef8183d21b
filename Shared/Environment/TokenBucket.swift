/// Allows so many at once, and so many per second from then on.
///
/// ```swift
/// var bucket = TokenBucket(burst: 100, perSecond: 10, atNanoseconds: clock.monotonicNanoseconds)
/// guard bucket.take(atNanoseconds: clock.monotonicNanoseconds) else { … refuse … }
/// ```
/// It reads no clock itself. A clock that goes backwards refills nothing.
public struct TokenBucket: Sendable, Hashable {
  /// What may be taken at once after a rest.
  public let burst: Int64
  /// What comes back in a second.
  public let perSecond: Int64
  /// In billionths, so that no fraction of a second is lost.
  private var tokens: Int64
  private var filledAt: Int64

  private static let nanosecondsPerSecond: Int64 = 1_000_000_000

  /// A full bucket.
  /// - Parameters:
  ///   - burst: 1 to 9 billion.
  ///   - perSecond: 0 or more; above `burst` it is full again within a second.
  public init(burst: Int64, perSecond: Int64, atNanoseconds now: Int64) {
    self.burst = burst
    self.perSecond = perSecond
    tokens = burst * Self.nanosecondsPerSecond
    filledAt = now
  }

  /// Takes so many, or none when they are not there.
  public mutating func take(_ count: Int64 = 1, atNanoseconds now: Int64) -> Bool {
    tokens = filled(now)
    filledAt = max(filledAt, now)
    let wanted = count * Self.nanosecondsPerSecond
    guard tokens >= wanted else { return false }
    tokens -= wanted
    return true
  }

  /// How many whole ones are there.
  public func available(atNanoseconds now: Int64) -> Int64 {
    filled(now) / Self.nanosecondsPerSecond
  }

  /// The part of the burst that is gone, 0 to 1.
  public func usedPart(atNanoseconds now: Int64) -> Double {
    1 - Double(filled(now)) / Double(burst * Self.nanosecondsPerSecond)
  }

  /// After how many nanoseconds so many can be taken; `nil` when never.
  public func nanoseconds(until count: Int64, atNanoseconds now: Int64) -> Int64? {
    let missing = count * Self.nanosecondsPerSecond - filled(now)
    if missing <= 0 { return 0 }
    guard count <= burst, perSecond > 0 else { return nil }
    return (missing + perSecond - 1) / perSecond
  }

  private func filled(_ now: Int64) -> Int64 {
    let full = burst * Self.nanosecondsPerSecond
    let elapsed = max(0, now - filledAt)
    let (refill, overflows) = elapsed.multipliedReportingOverflow(by: perSecond)
    return overflows ? full : min(full, tokens + min(refill, full))
  }
}
