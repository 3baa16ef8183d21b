import Logging
import RecordStore
import Values

/// Tells when a consumer of the feed does not take its events over: they are kept for it, however
/// long that takes, so somebody has to know.
struct FeedAlarm {
  /// How long the oldest event may wait for a consumer: Odoo may be down for a while, and the
  /// Gateway takes events over all the same.
  static let patienceSeconds: Int64 = 900
  /// How often it is said again as long as it lasts.
  static let repetitionSeconds: Int64 = 3_600

  /// When it was said last, by consumer.
  private var saidAt: [String: Instant] = [:]

  /// What is to be said now.
  enum Message: Hashable {
    /// It waits for too long.
    case late(FeedLag)
    /// It has caught up.
    case recovered(String)
  }

  /// Looks at all consumers.
  mutating func check(_ lags: [FeedLag], now: Instant) -> [Message] {
    var messages: [Message] = []
    for lag in lags {
      let name = lag.consumer.name
      guard lag.oldestAgeMilliseconds(at: now) > Self.patienceSeconds * 1_000 else {
        if saidAt.removeValue(forKey: name) != nil { messages.append(.recovered(name)) }
        continue
      }
      if let before = saidAt[name],
        now.milliseconds(since: before) < Self.repetitionSeconds * 1_000
      {
        continue
      }
      saidAt[name] = now
      messages.append(.late(lag))
    }
    // Who is not registered any more has no events kept for it.
    let names = Set(lags.map(\.consumer.name))
    saidAt = saidAt.filter { names.contains($0.key) }
    return messages
  }

  /// Says it in the log.
  static func log(_ message: Message, now: Instant, _ logger: Logger) {
    switch message {
    case .late(let lag):
      logger.error(
        """
        a consumer does not take its events over; they are kept, and the file grows: start the \
        consumer, or find out who has changed its name
        """,
        metadata: [
          "consumer": "\(lag.consumer.name)", "events": "\(lag.eventCount)",
          "oldest_seconds": "\(lag.oldestAgeMilliseconds(at: now) / 1_000)",
        ])
    case .recovered(let name):
      logger.notice("a consumer has caught up", metadata: ["consumer": "\(name)"])
    }
  }
}
