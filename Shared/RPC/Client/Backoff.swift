/// How long a channel waits between failed connects. Reads neither a clock nor a random source.
struct Backoff {
  private let firstMilliseconds: Double
  private let lastMilliseconds: Double
  private var pauseMilliseconds: Double
  /// No connect before this reading of the monotonic clock, in nanoseconds.
  private(set) var notBeforeNanoseconds: Int64 = .min

  /// A backoff that begins with the limits' first pause and ends with their last.
  init(limits: Limits) {
    firstMilliseconds = Double(limits.backoffFirstMilliseconds)
    lastMilliseconds = Double(limits.backoffLastMilliseconds)
    pauseMilliseconds = firstMilliseconds
  }

  /// A connect failed.
  ///
  /// - Parameters:
  ///   - now: a reading of the monotonic clock, in nanoseconds.
  ///   - random: any number in 0..<1; it decides where in the jitter the pause lies.
  mutating func failed(atNanoseconds now: Int64, random: Double) {
    let share = 1 + Limits.Fixed.backoffJitter * (2 * random - 1)
    notBeforeNanoseconds = now + Int64(pauseMilliseconds * share * 1_000_000)
    pauseMilliseconds = min(pauseMilliseconds * Limits.Fixed.backoffFactor, lastMilliseconds)
  }

  /// A connect succeeded: the next failure starts over.
  mutating func succeeded() {
    pauseMilliseconds = firstMilliseconds
    notBeforeNanoseconds = .min
  }
}
