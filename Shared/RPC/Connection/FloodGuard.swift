import Environment

/// The defence against peers that make us work for nothing, within the protocol's letter.
///
/// Counts per connection: resets received in a bucket that refills; glitches (invalid frames, and
/// resets which the peer made us send) and control frames per window. The caller closes the
/// connection when ``record(_:atNanoseconds:)`` says so. It reads no clock itself.
struct FloodGuard {
  /// What is counted.
  enum Event: Hashable {
    /// The peer reset a stream ("rapid reset").
    case reset
    /// The peer broke the protocol, sent too large a header list, or made us reset a stream
    /// ("MadeYouReset").
    case glitch
    /// PING, SETTINGS, PRIORITY, or DATA without data.
    case controlFrame
  }

  private let limits: (glitches: Int, controlFrames: Int)
  private let windowNanoseconds: Int64
  private var resets: TokenBucket
  private var windowStart: Int64
  private var glitches = 0
  private var controlFrames = 0
  private var answers = 0

  /// A guard that starts at a reading of the monotonic clock.
  init(limits: Limits, nowNanoseconds: Int64) {
    self.limits = (limits.glitches, limits.controlFrames)
    windowNanoseconds = Int64(limits.floodWindowMilliseconds) * 1_000_000
    resets = TokenBucket(
      burst: Int64(limits.resetsReceived), perSecond: Int64(limits.resetsReceivedPerSecond),
      atNanoseconds: nowNanoseconds)
    windowStart = nowNanoseconds
  }

  /// Counts an event so many times; false when the peer has used up what it may do.
  mutating func record(_ event: Event, _ times: Int = 1, atNanoseconds now: Int64) -> Bool {
    if now - windowStart >= windowNanoseconds {
      windowStart = now
      glitches = 0
      controlFrames = 0
      answers = 0
    }
    switch event {
    case .reset: return resets.take(Int64(times), atNanoseconds: now)
    case .glitch:
      glitches += times
      return glitches <= limits.glitches
    case .controlFrame:
      controlFrames += times
      return controlFrames <= limits.controlFrames + answers
    }
  }

  /// How much of what the peer did below its limits was misuse, 0 to 1. A glitch always is. Resets
  /// may be a client that gives up all its calls, as a line fails, so all of them count a quarter;
  /// control frames are how clients measure a line.
  func misusedPart(atNanoseconds now: Int64) -> Double {
    let resets = resets.usedPart(atNanoseconds: now)
    guard now - windowStart < windowNanoseconds else { return resets / 4 }
    return max(resets / 4, Double(glitches) / Double(limits.glitches))
  }

  /// Counts frames with data that we sent: each pays for one control frame.
  mutating func recordAnswers(_ count: Int) { answers += count }
}
