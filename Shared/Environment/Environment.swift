public import Values

/// Everything a run takes from outside itself: time, randomness, new identifiers.
///
/// Programs use ``system``; tests and simulations use ``manual(seed:start:)``, and the same seed
/// gives the same run. Nothing else in Millrace may ask the operating system for time or random
/// numbers.
public struct Environment: Sendable {
  /// What time it is.
  public let clock: any Clock
  /// Random numbers.
  public let randomness: Randomness
  /// New identifiers, ordered by the time they were made.
  public let identifiers: IdentifierSource

  /// An environment of its parts.
  public init(clock: any Clock, randomness: Randomness) {
    self.clock = clock
    self.randomness = randomness
    self.identifiers = IdentifierSource(clock: clock, randomness: randomness)
  }

  /// The operating system's clock and random numbers.
  public static let system = Environment(
    clock: SystemClock(), randomness: Randomness(SystemRandomNumberGenerator()))

  /// A repeatable environment whose clock only moves when it is told to; the clock is returned
  /// beside it.
  public static func manual(
    seed: UInt64, start: Instant = Instant(seconds: 1_780_000_000)
  ) -> (environment: Environment, clock: ManualClock) {
    let clock = ManualClock(start: start)
    let randomness = Randomness(SeededGenerator(seed: seed))
    return (Environment(clock: clock, randomness: randomness), clock)
  }
}
