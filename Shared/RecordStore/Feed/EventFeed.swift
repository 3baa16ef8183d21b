public import Values

/// Reads the events of a database's outbox.
///
/// ```swift
/// var after = token.sequence
/// while true {
///   let page = try await database.read { try $0.feed.events(after: after, limit: 100, site: site) }
///   for event in page.events { try await responses.write(event) }
///   if page.through == after { try await database.waitForCommit(after: after) }
///   after = page.through
/// }
/// ```
public struct EventFeed {
  let snapshot: Snapshot

  /// How many events one call looks at to find matching ones: bounds the time a reader is held by a
  /// rare filter.
  public static let maximumScan: Int64 = 4_096
  /// The most events one call answers, and so the memory it takes.
  public static let maximumLimit = 1_024
  /// The most types a filter names (`millrace.events.v1.SubscribeRequest.event_types`).
  public static let maximumTypes = 32

  /// The sequence of the newest event, 0 when there never was one.
  public var head: Int64 {
    get throws {
      try snapshot.row(
        """
        SELECT max(pruned_through, coalesce((SELECT max(sequence) FROM rs_outbox), 0)) FROM rs_meta
        """
      ) { try $0.int64(0) } ?? 0
    }
  }

  /// Events up to this sequence may have been deleted because every consumer had acknowledged them.
  public var prunedThrough: Int64 {
    get throws {
      try snapshot.row("SELECT pruned_through FROM rs_meta") { try $0.int64(0) } ?? 0
    }
  }

  /// The next events after a sequence, at most `limit`, of all types and sites unless named.
  ///
  /// An empty page whose ``EventPage/through`` has moved on means: nothing matched so far, ask
  /// again from there.
  public func events(
    after: Int64, limit: Int, types: [String] = [], site: SiteCode? = nil
  ) throws -> EventPage {
    let limit = min(max(limit, 1), Self.maximumLimit)
    let start = max(after, try prunedThrough)
    let end = min(start + Self.maximumScan, try head)
    guard end > start else { return EventPage(events: [], through: after) }
    var sql = """
      SELECT sequence, recorded_at, type, site, key, payload FROM rs_outbox
      WHERE sequence > ? AND sequence <= ?
      """
    var arguments: [any SQLConvertible] = [start, end]
    if let site {
      sql += " AND site = ?"
      arguments.append(site)
    }
    let types = types.prefix(Self.maximumTypes)
    if !types.isEmpty {
      sql += " AND type IN (\(types.map { _ in "?" }.joined(separator: ", ")))"
      arguments += types.map { $0 as any SQLConvertible }
    }
    sql += " ORDER BY sequence LIMIT ?"
    arguments.append(limit)
    let events = try snapshot.rows(sql, arguments: arguments, map: Self.event)
    return EventPage(
      events: events, through: events.count == limit ? events[limit - 1].sequence : end)
  }

  /// The consumer of a name, or `nil`.
  public func consumer(_ name: String) throws -> Consumer? {
    try snapshot.row(Self.selectConsumer + " WHERE name = ?", name, map: Self.consumer)
  }

  /// Every consumer by name (there are a handful: one per program that follows this one).
  public func consumers() throws -> [Consumer] {
    try snapshot.rows(Self.selectConsumer + " ORDER BY name", map: Self.consumer)
  }

  private static let selectConsumer =
    "SELECT name, acknowledged, registered_at, acknowledged_at FROM rs_consumers"

  private static func consumer(_ row: Row) throws -> Consumer {
    Consumer(
      name: try row.text(0), acknowledged: try row.int64(1), registeredAt: try row.instant(2),
      acknowledgedAt: try row.instant(3))
  }

  private static func event(_ row: Row) throws -> FeedEvent {
    FeedEvent(
      sequence: try row.int64(0), recordedAt: try row.instant(1),
      content: NewEvent(
        type: try row.text(2), site: try row.site(3), key: try row.text(4),
        payload: try row.blob(5)))
  }
}
