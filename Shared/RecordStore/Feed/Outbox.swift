/// Writes the events of the feed, and keeps its consumers.
public struct Outbox {
  let transaction: Transaction

  /// Appends an event and answers its sequence: 1 and upwards per database, without gaps, in the
  /// order of commit.
  @discardableResult
  public func append(_ event: NewEvent) throws -> Int64 {
    let sequence = transaction.heads.event + 1
    try transaction.execute(
      """
      INSERT INTO rs_outbox (sequence, recorded_at, type, site, key, payload)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      sequence, transaction.now, event.type, event.site, event.key, event.payload)
    transaction.heads.event = sequence
    return sequence
  }

  /// Makes sure that the consumer is known, so that events are kept for it from now on, and answers
  /// it. A new one starts at the oldest event that is still there.
  @discardableResult
  public func register(_ name: String) throws -> Consumer {
    let start = try transaction.feed.prunedThrough
    try transaction.execute(
      """
      INSERT INTO rs_consumers (name, acknowledged, registered_at, acknowledged_at)
      VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
      """,
      name, start, transaction.now, transaction.now)
    return try consumer(name)
  }

  /// Remembers that the consumer has durably taken over every event up to the sequence, and answers
  /// how far it has. Never moves backwards.
  /// - Throws: ``RecordStoreError/unknownConsumer(_:)``,
  ///   ``RecordStoreError/acknowledgementBeyondHead(head:)``.
  @discardableResult
  public func acknowledge(_ name: String, through sequence: Int64) throws -> Int64 {
    guard sequence <= transaction.heads.event else {
      throw RecordStoreError.acknowledgementBeyondHead(head: transaction.heads.event)
    }
    let changed = try transaction.execute(
      """
      UPDATE rs_consumers SET acknowledged = ?1, acknowledged_at = ?2
      WHERE name = ?3 AND acknowledged < ?1
      """,
      sequence, transaction.now, name)
    return changed == 1 ? sequence : try consumer(name).acknowledged
  }

  /// Forgets a consumer: events are no longer kept for it.
  /// - Throws: ``RecordStoreError/unknownConsumer(_:)``.
  public func unregister(_ name: String) throws {
    guard try transaction.execute("DELETE FROM rs_consumers WHERE name = ?", name) == 1 else {
      throw RecordStoreError.unknownConsumer(name)
    }
  }

  /// Deletes the oldest events that every registered consumer has acknowledged, at most `limit`,
  /// and answers how many. Without a consumer nothing is deleted.
  func prune(limit: Int64) throws -> Int64 {
    let before = try transaction.feed.prunedThrough
    let acknowledged = try transaction.row(
      "SELECT min(acknowledged) FROM rs_consumers", map: { try $0.optionalInt64(0) })
    guard let acknowledged = acknowledged ?? nil, acknowledged > before else { return 0 }
    let through = min(acknowledged, before + limit)
    // The mark keeps sequences from starting again at 1 when the last event is gone.
    try transaction.execute("UPDATE rs_meta SET pruned_through = ?", through)
    return Int64(try transaction.execute("DELETE FROM rs_outbox WHERE sequence <= ?", through))
  }

  private func consumer(_ name: String) throws -> Consumer {
    guard let consumer = try transaction.feed.consumer(name) else {
      throw RecordStoreError.unknownConsumer(name)
    }
    return consumer
  }
}
