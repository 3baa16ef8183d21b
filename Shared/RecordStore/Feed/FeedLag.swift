public import Values

/// How far a consumer is behind.
public struct FeedLag: Sendable, Hashable {
  /// Who.
  public let consumer: Consumer
  /// Events it has not acknowledged.
  public let eventCount: Int64
  /// When the oldest of them was recorded; nil when there is none.
  public let oldestRecordedAt: Instant?

  /// A lag of its parts.
  public init(consumer: Consumer, eventCount: Int64, oldestRecordedAt: Instant?) {
    self.consumer = consumer
    self.eventCount = eventCount
    self.oldestRecordedAt = oldestRecordedAt
  }

  /// How long the oldest of them has been waiting, 0 when there is none.
  public func oldestAgeMilliseconds(at now: Instant) -> Int64 {
    oldestRecordedAt.map { max(0, now.milliseconds(since: $0)) } ?? 0
  }
}

extension EventFeed {
  /// How far each consumer is behind, by name.
  public func lags() throws -> [FeedLag] {
    let head = try head
    return try consumers().map { consumer in
      FeedLag(
        consumer: consumer, eventCount: head - consumer.acknowledged,
        oldestRecordedAt: try snapshot.row(
          "SELECT recorded_at FROM rs_outbox WHERE sequence > ? ORDER BY sequence LIMIT 1",
          consumer.acknowledged, map: { try $0.instant(0) }))
    }
  }
}
