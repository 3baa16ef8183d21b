import Synchronization

/// How often calls were refused, by reason. Reasons are words of our contracts, so there are few.
public final class RefusalCounts: Sendable {
  /// Most reasons told apart: more than the contracts have.
  static let maximumReasons = 256

  private let counts = Mutex<[String: Int64]>([:])

  /// None yet.
  public init() {}

  func count(_ refusal: Refusal) {
    counts.withLock { counts in
      guard counts[refusal.reason] != nil || counts.count < Self.maximumReasons else { return }
      counts[refusal.reason, default: 0] += 1
    }
  }

  var families: [MetricFamily] {
    var family = MetricFamily(
      "millrace_refusals_total", .counter, help: "Calls that were refused, by the reason given.")
    for (reason, count) in counts.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      family.add(Double(count), [.init("reason", reason)])
    }
    return [family]
  }
}
