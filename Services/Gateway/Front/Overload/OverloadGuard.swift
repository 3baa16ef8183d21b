import ServiceKit
import Synchronization

/// Keeps the Gateway from taking on more than it can hold, whoever calls: what is least urgent is
/// refused first. Each partner's own limits are the ``RateLimiter``'s.
///
/// What counts are calls under way, watches left out: when services slow down calls pile up here,
/// each with its memory.
public final class OverloadGuard: Sendable {
  /// Calls under way at a time: at 12 µs of processor time each the Gateway does 80,000 in a second, so
  /// this many mean that services have been taking 50 ms and more for each. About 40 MB.
  public static let defaultCapacity: Int64 = 4_000
  /// After how many milliseconds it is worth trying again: some thousand calls have ended by then.
  static let retryMilliseconds: Int64 = 250

  private let allowed: [CallPriority: Int64]
  private let underWay = Atomic<Int64>(0)

  /// A guard of so many calls.
  public init(capacity: Int64 = defaultCapacity) {
    allowed = Dictionary(
      uniqueKeysWithValues: CallPriority.allCases.map {
        ($0, max(1, Int64(Double(capacity) * $0.share)))
      })
  }

  /// How many calls of a priority are let in at a time, those of all others among them.
  func bound(of priority: CallPriority) -> Int64 { allowed[priority, default: 1] }

  /// Counts a call that begins; when it has ended, say so with ``end()``.
  /// - Parameter bound: that of its priority.
  /// - Throws: RESOURCE_EXHAUSTED, with when to try again.
  func begin(bound: Int64) throws(Refusal) {
    let count = underWay.wrappingAdd(1, ordering: .relaxed).newValue
    guard count <= bound else {
      end()
      throw Refusals.overloaded
    }
  }

  /// Counts a call that has ended.
  func end() { underWay.wrappingSubtract(1, ordering: .relaxed) }
}
