/// Watches over a quiet connection: a half-open one would hold a stream for ever, and one without
/// calls is not kept for ever. Reads no clock itself.
struct LifeSigns {
  /// What a look at the connection says.
  enum Verdict: Hashable {
    /// Nothing is to be done.
    case fine
    /// The peer has been silent: ask it by a PING, then look at ``isUnanswered``.
    case ask
    /// There has been no call for too long.
    case idle
  }

  /// The number that our PINGs carry.
  static let pingNumber: UInt64 = 1

  /// How often to look, in milliseconds.
  let periodMilliseconds: Int
  private let keepAliveNanoseconds: Int64
  private let idleNanoseconds: Int64
  private var hasHeard = true
  private var heardAt: Int64
  private var busyAt: Int64
  private var streamsBegun = 0

  /// Whether the peer has not said anything since it was asked.
  private(set) var isUnanswered = false
  /// How often it was asked.
  private(set) var questions = 0

  init(limits: Limits, nowNanoseconds: Int64) {
    keepAliveNanoseconds = Int64(limits.keepAliveMilliseconds) * 1_000_000
    idleNanoseconds = Int64(limits.idleMilliseconds) * 1_000_000
    periodMilliseconds =
      limits.idleMilliseconds > 0
      ? min(limits.keepAliveMilliseconds, limits.idleMilliseconds) : limits.keepAliveMilliseconds
    heardAt = nowNanoseconds
    busyAt = nowNanoseconds
  }

  /// The peer has said something.
  mutating func heard() {
    hasHeard = true
    isUnanswered = false
  }

  /// Looks at the connection.
  mutating func check(
    openStreams: Int, streamsBegun: Int, atNanoseconds now: Int64
  ) -> Verdict {
    if openStreams > 0 || streamsBegun != self.streamsBegun { busyAt = now }
    self.streamsBegun = streamsBegun
    if hasHeard { heardAt = now }
    hasHeard = false
    guard openStreams > 0 else {
      isUnanswered = false
      return idleNanoseconds > 0 && now - busyAt >= idleNanoseconds ? .idle : .fine
    }
    guard now - heardAt >= keepAliveNanoseconds, !isUnanswered else { return .fine }
    isUnanswered = true
    questions += 1
    return .ask
  }
}
