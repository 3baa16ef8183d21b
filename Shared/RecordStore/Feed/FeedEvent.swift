public import Values

/// An event to be written to the outbox, in the transaction of the record it is about.
public struct NewEvent: Sendable, Hashable {
  /// The payload's full message name.
  public let type: String
  /// The site it happens at.
  public let site: SiteCode
  /// The business key within the site.
  public let key: String
  /// The serialized message.
  public let payload: [UInt8]

  /// An event of its parts.
  public init(type: String, site: SiteCode, key: String, payload: [UInt8]) {
    self.type = type
    self.site = site
    self.key = key
    self.payload = payload
  }
}

/// An event of the feed.
public struct FeedEvent: Sendable, Hashable {
  /// Its place in the feed of its database: 1 and upwards, without gaps.
  public let sequence: Int64
  /// When it was recorded.
  public let recordedAt: Instant
  /// What was written.
  public let content: NewEvent

  /// The payload's full message name.
  public var type: String { content.type }
  /// The site it happened at.
  public var site: SiteCode { content.site }
  /// The business key within the site.
  public var key: String { content.key }
  /// The serialized message.
  public var payload: [UInt8] { content.payload }
}

/// A part of the feed.
public struct EventPage: Sendable, Hashable {
  /// The matching events in the order of their sequence.
  public let events: [FeedEvent]
  /// Go on after this sequence: everything up to it has been looked at, whether or not it matched.
  public let through: Int64
}

/// A reader whose acknowledgements decide how long events are kept.
public struct Consumer: Sendable, Hashable {
  /// Its name, unique in the database.
  public let name: String
  /// Everything up to this sequence has been taken over; 0 when nothing has.
  public let acknowledged: Int64
  /// When it was registered.
  public let registeredAt: Instant
  /// When it last acknowledged something new; the registration before that.
  public let acknowledgedAt: Instant

  /// A consumer of its parts.
  public init(
    name: String, acknowledged: Int64, registeredAt: Instant, acknowledgedAt: Instant
  ) {
    self.name = name
    self.acknowledged = acknowledged
    self.registeredAt = registeredAt
    self.acknowledgedAt = acknowledgedAt
  }
}
