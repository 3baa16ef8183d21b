import Environment

/// How long to wait before the next try: exponential, bounded, with jitter so that many orders do
/// not come back at the same moment.
struct Backoff: Sendable, Hashable {
  var firstMilliseconds: Int64
  var maximumMilliseconds: Int64

  /// After a technical failure of one order.
  static let technical = Backoff(firstMilliseconds: 500, maximumMilliseconds: 60_000)
  /// Between two looks at an order with an open case: a person takes minutes.
  static let openCase = Backoff(firstMilliseconds: 2_000, maximumMilliseconds: 300_000)
  /// While Odoo cannot be reached, for the whole site.
  static let unreachable = Backoff(firstMilliseconds: 250, maximumMilliseconds: 30_000)

  /// The wait before try `attempt` (from 1), between half of the bound and the bound.
  func milliseconds(attempt: Int, _ randomness: Randomness) -> Int64 {
    let doublings = min(max(attempt - 1, 0), 30)
    let bound = min(firstMilliseconds << Int64(doublings), maximumMilliseconds)
    let half = max(Int(bound / 2), 1)
    return Int64(half + randomness.number(in: 0..<half))
  }
}
