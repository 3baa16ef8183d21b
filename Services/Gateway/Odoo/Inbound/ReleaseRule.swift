import Values

/// Which orders come to the shop floor, and when: confirmed ones whose start is near.
struct ReleaseRule: Sendable {
  /// What becomes of an order that was seen.
  enum Judgement: Sendable, Hashable {
    /// Not for the shop floor as it is now.
    case ignored
    /// Not before this moment.
    case waits(until: Instant)
    /// Now.
    case due
  }

  private static let secondsPerDay: Int64 = 86_400

  /// Days before an order's start.
  var horizonDays: Int

  /// The judgement on an order that belongs to no released chain.
  func judge(_ header: OrderHeader, now: Instant) -> Judgement {
    guard header.state == .confirmed || header.state == .progress else { return .ignored }
    // Without a start date there is nothing to wait for.
    guard let start = header.startAt else { return .due }
    let opens = start.advanced(seconds: -Int64(horizonDays) * Self.secondsPerDay)
    return opens <= now ? .due : .waits(until: opens)
  }
}
