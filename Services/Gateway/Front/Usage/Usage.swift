import RPC
import Values

/// What calls are counted by.
struct UsageKey: Sendable, Hashable {
  let day: CalendarDay
  let partner: String
  /// `package.Service/Method`.
  let method: String
  let code: StatusCode
}

/// What is counted of calls.
struct UsageCount: Sendable, Hashable {
  var calls: Int64 = 0
  var requestBytes: Int64 = 0
  var responseBytes: Int64 = 0
  var durationMicroseconds: Int64 = 0
  /// How many of them count in the daily quota: those that were let in, however they ended.
  var charged: Int64 = 0
  /// When the last one ended.
  var lastUsedAt = Instant(microseconds: 0)

  /// No call yet.
  init() {}

  /// One call.
  init(_ outcome: CallOutcome, at now: Instant, isCharged: Bool) {
    calls = 1
    charged = isCharged ? 1 : 0
    requestBytes = Int64(outcome.requestBytes)
    responseBytes = Int64(outcome.responseBytes)
    durationMicroseconds = outcome.durationNanoseconds / 1_000
    lastUsedAt = now
  }

  /// Adds others.
  mutating func add(_ more: UsageCount) {
    calls += more.calls
    charged += more.charged
    requestBytes += more.requestBytes
    responseBytes += more.responseBytes
    durationMicroseconds += more.durationMicroseconds
    lastUsedAt = max(lastUsedAt, more.lastUsedAt)
  }
}
