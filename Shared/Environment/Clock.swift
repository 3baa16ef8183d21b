import Synchronization
public import Values

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two times a program needs: what the wall clock says, and how much time has passed.
public protocol Clock: Sendable {
  /// The wall clock, UTC. It can jump; never subtract two readings to measure a duration.
  var now: Instant { get }
  /// A clock that never goes backwards, in nanoseconds since an arbitrary moment.
  var monotonicNanoseconds: Int64 { get }
}

/// The operating system's clocks.
public struct SystemClock: Clock {
  /// The operating system's clocks.
  public init() {}

  /// The wall clock, UTC.
  public var now: Instant {
    let time = Self.read(CLOCK_REALTIME)
    return Instant(microseconds: time / 1_000)
  }

  /// Nanoseconds since an arbitrary moment, never backwards.
  public var monotonicNanoseconds: Int64 { Self.read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// A clock that stands still until it is told to move. Both times move together.
public final class ManualClock: Clock {
  private let microseconds: Mutex<Int64>
  private let start: Instant

  /// A clock that shows `start`.
  public init(start: Instant) {
    self.start = start
    self.microseconds = Mutex(start.microseconds)
  }

  /// The wall clock, UTC.
  public var now: Instant { Instant(microseconds: microseconds.withLock { $0 }) }

  /// Nanoseconds since an arbitrary moment, never backwards.
  public var monotonicNanoseconds: Int64 {
    microseconds.withLock { ($0 - start.microseconds) * 1_000 }
  }

  /// Moves on by so many milliseconds (zero or more).
  public func advance(milliseconds: Int64) {
    microseconds.withLock { $0 += milliseconds * 1_000 }
  }
}
