import NIOCore

/// The moment by which a call must be finished, on the machine's monotonic clock.
public struct Deadline: Hashable, Comparable, Sendable {
  /// Nanoseconds since an arbitrary start of the monotonic clock; `Int64.max` means none.
  public let uptimeNanoseconds: Int64

  /// A deadline at a reading of the monotonic clock, in nanoseconds.
  public init(uptimeNanoseconds: Int64) { self.uptimeNanoseconds = uptimeNanoseconds }

  /// No deadline.
  public static let none = Deadline(uptimeNanoseconds: .max)

  /// A deadline some nanoseconds from now; too far to count becomes none, the past stays the past.
  public static func after(nanoseconds: Int64) -> Deadline {
    let (sum, overflow) = now.addingReportingOverflow(nanoseconds)
    return overflow ? .none : Deadline(uptimeNanoseconds: sum)
  }

  /// A deadline some milliseconds from now.
  public static func after(milliseconds: Int64) -> Deadline {
    let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? .none : after(nanoseconds: product)
  }

  /// What is left in nanoseconds: nil without a deadline, 0 when it has passed.
  public var remainingNanoseconds: Int64? {
    self == .none ? nil : max(0, uptimeNanoseconds - Self.now)
  }

  /// Whether it has passed.
  public var hasPassed: Bool { self != .none && uptimeNanoseconds <= Self.now }

  /// The nearer one first; none is last.
  public static func < (left: Deadline, right: Deadline) -> Bool {
    left.uptimeNanoseconds < right.uptimeNanoseconds
  }

  /// The same moment for a timer of an event loop; meaningless for ``none``.
  var timer: NIODeadline { .uptimeNanoseconds(UInt64(max(0, uptimeNanoseconds))) }

  private static var now: Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }
}
