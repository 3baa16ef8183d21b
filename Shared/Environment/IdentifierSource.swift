import Synchronization
public import Values

/// Makes identifiers that sort by the time they were made: UUID version 7 (RFC 9562 §5.7).
///
/// Within one millisecond the 12 bits after the version count up, so that one source's identifiers
/// never go backwards and rows keyed by them are inserted at the end of their index (twice as fast
/// as random keys).
public final class IdentifierSource: Sendable {
  private struct Last {
    var milliseconds: Int64 = 0
    var counter: UInt64 = 0
  }

  private let clock: any Clock
  private let randomness: Randomness
  private let last = Mutex(Last())

  /// Identifiers of a clock and a randomness.
  public init(clock: any Clock, randomness: Randomness) {
    self.clock = clock
    self.randomness = randomness
  }

  /// A new identifier, greater than every one before it.
  public func next() -> Identifier {
    let now = clock.now.microseconds / 1_000
    let (milliseconds, counter) = last.withLock { last in
      if now > last.milliseconds {
        last = Last(milliseconds: now)
      } else {
        last.counter += 1
        // The counter is full (4,096 in one millisecond): borrow the next millisecond.
        if last.counter == 4_096 { last = Last(milliseconds: last.milliseconds + 1) }
      }
      return (last.milliseconds, last.counter)
    }
    let version: UInt64 = 7 << 12
    let variant: UInt64 = 2 << 62
    return Identifier(
      high: UInt64(milliseconds) << 16 | version | counter,
      low: variant | randomness.next() >> 2)
  }
}
