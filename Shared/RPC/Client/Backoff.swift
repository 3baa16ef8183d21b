/// How long a channel waits between failed connects. Reads neither a clock nor a random source.
struct Backoff {
  private var pauseMilliseconds = Double(Limits.Time.backoffFirstMilliseconds)
  /// No connect before this reading of the monotonic clock, in nanoseconds.
  private(set) var notBeforeNanoseconds: Int64 = .min

  /// A connect failed.
  ///
  /// - Parameters:
  ///   - now: a reading of the monotonic clock, in nanoseconds.
  ///   - random: any number in 0..<1; it decides where in the jitter the pause lies.
  mutating func failed(atNanoseconds now: Int64, random: Double) {
    let share = 1 + Limits.Time.backoffJitter * (2 * random - 1)
    notBeforeNanoseconds = now + Int64(pauseMilliseconds * share * 1_000_000)
    pauseMilliseconds = min(
      pauseMilliseconds * Limits.Time.backoffFactor, Double(Limits.Time.backoffLastMilliseconds))
  }

  /// A connect succeeded: the next failure starts over.
  mutating func succeeded() { self = Backoff() }
}
