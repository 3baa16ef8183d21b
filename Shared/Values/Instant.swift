/// A moment in UTC, in microseconds since 1970-01-01. The only kind of wall-clock time in Millrace.
public struct Instant: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
  public let microseconds: Int64

  /// Microseconds in a second.
  public static let microsecondsPerSecond: Int64 = 1_000_000

  /// The moment so many microseconds after 1970-01-01 UTC.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The moment so many whole seconds after 1970-01-01 UTC.
  public init(seconds: Int64) { self.microseconds = seconds * Self.microsecondsPerSecond }

  /// Whether the left one comes first.
  public static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }

  /// The moment so many milliseconds later (earlier when negative).
  public func advanced(milliseconds: Int64) -> Instant {
    Instant(microseconds: microseconds + milliseconds * 1_000)
  }

  /// The moment so many seconds later (earlier when negative).
  public func advanced(seconds: Int64) -> Instant {
    Instant(microseconds: microseconds + seconds * Self.microsecondsPerSecond)
  }

  /// Milliseconds from an earlier moment to this one.
  public func milliseconds(since earlier: Instant) -> Int64 {
    (microseconds - earlier.microseconds) / 1_000
  }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC, with as many of six fractional digits as are not zero:
  /// `2026-12-01T06:00:00Z`.
  public var description: String {
    let civil = CivilTime(self)
    let fraction = Quantity.fractionText(millionths: civil.microsecond)
    return "\(civil.dateText)T\(civil.timeText)\(fraction)Z"
  }
}

extension Quantity {
  fileprivate static func fractionText(millionths: Int) -> String {
    guard millionths != 0, let value = try? Quantity(millionths: Int64(millionths)) else {
      return ""
    }
    return String(value.description.dropFirst())
  }
}
