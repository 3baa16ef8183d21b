/// How long something took, counted by bounds.
struct DurationHistogram: Sendable {
  /// The bounds in seconds: those that OpenTelemetry advises for RPC durations, and four below them,
  /// because most of our calls take less than a millisecond.
  static let boundsSeconds: [Double] = [
    0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5,
    7.5, 10,
  ]
  private static let boundsNanoseconds = boundsSeconds.map { Int64($0 * 1_000_000_000) }

  /// By bound, and one more for what is longer than all.
  private var counts = [Int64](repeating: 0, count: boundsSeconds.count + 1)
  private var sumNanoseconds: Int64 = 0

  /// Counts one.
  mutating func add(nanoseconds: Int64) {
    let index = Self.boundsNanoseconds.firstIndex { nanoseconds <= $0 }
    counts[index ?? Self.boundsNanoseconds.count] += 1
    sumNanoseconds += nanoseconds
  }

  /// Adds its samples to a family.
  func add(to family: inout MetricFamily, _ labels: [MetricFamily.Label]) {
    var total: Int64 = 0
    for (count, bound) in zip(counts, Self.boundsSeconds + [.infinity]) {
      total += count
      let text = bound == .infinity ? "+Inf" : "\(bound)"
      family.add(Double(total), suffix: "_bucket", labels + [.init("le", text)])
    }
    family.add(Double(sumNanoseconds) / 1_000_000_000, suffix: "_sum", labels)
    family.add(Double(total), suffix: "_count", labels)
  }
}
