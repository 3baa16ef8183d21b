public import Protobuf
public import RecordStore
public import Values

/// Objects of one kind that a service owns, in a table of their own: the contract's message as content, and
/// beside it what they are found by. Each change is an event with the whole object, and its sequence is where
/// a watch goes on.
///
/// ```swift
/// let holds = ObjectTable<Quality.V1.Hold>("holds")
/// try holds.put(hold, .init(site: site, key: hold.holdID, state: 1, party: "lot VALVE L-17"), transaction)
/// let page = try holds.list(site, party: "lot VALVE L-17", after: 0, limit: 100, snapshot)
/// ```
public struct ObjectTable<Content: Message>: Sendable {
  /// What an object is found by.
  public struct Head: Sendable, Hashable {
    /// Its site.
    public var site: SiteCode
    /// Its key, unique at the site.
    public var key: String
    /// The number of its state in the contract.
    public var state: Int32
    /// Whose it is, or what it is about: what a list of some of them is filtered by. May be empty.
    public var party: String

    /// A head of its parts.
    public init(site: SiteCode, key: String, state: Int32, party: String = "") {
      self.site = site
      self.key = key
      self.state = state
      self.party = party
    }
  }

  /// An object with its place.
  public struct Stored: Sendable {
    /// Its place in the order in which objects were made.
    public let objectID: Int64
    /// The sequence of its last change.
    public let changeSequence: Int64
    /// The object.
    public let content: Content
  }

  private let name: String

  /// The objects of a table.
  public init(_ name: String) { self.name = name }

  /// The statements that make the table, for a step of the service's schema.
  /// - Parameter what: one line about what it holds.
  public static func schema(_ name: String, _ what: String) -> String {
    """
    -- \(what) The content is a \(Content.fullName).
    CREATE TABLE \(name) (
      object_id INTEGER PRIMARY KEY,
      site TEXT NOT NULL,
      key TEXT NOT NULL,
      state INTEGER NOT NULL,
      -- Whose it is, or what it is about.
      party TEXT NOT NULL,
      -- Of the event of its last change.
      change_sequence INTEGER NOT NULL,
      content BLOB NOT NULL,
      UNIQUE (site, key)
    ) STRICT;
    CREATE INDEX \(name)_by_site ON \(name) (site, object_id);
    CREATE INDEX \(name)_by_change ON \(name) (site, change_sequence);
    CREATE INDEX \(name)_by_state ON \(name) (site, state, object_id);
    CREATE INDEX \(name)_by_party ON \(name) (site, party, object_id);

    """
  }

  /// The object of a key, `nil` when there is none.
  public func find(_ site: SiteCode, _ key: String, _ snapshot: Snapshot) throws -> Content? {
    try snapshot.row(
      "SELECT content FROM \(name) WHERE site = ? AND key = ?", site, key
    ) { try Content(decoding: try $0.blob(0)) }
  }

  /// Makes an object, or changes it, and publishes it as it is now.
  public func put(_ content: Content, _ head: Head, _ transaction: Transaction) throws {
    let bytes = try content.encoded()
    let change = try transaction.outbox.append(
      NewEvent(type: Content.fullName, site: head.site, key: head.key, payload: bytes))
    try transaction.execute(
      """
      INSERT INTO \(name) (site, key, state, party, change_sequence, content)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (site, key) DO UPDATE SET
        state = excluded.state, party = excluded.party,
        change_sequence = excluded.change_sequence, content = excluded.content
      """, head.site, head.key, Int64(head.state), head.party, change, bytes)
  }

  /// How many objects of a site are in a state.
  public func count(_ site: SiteCode, state: Int32, _ snapshot: Snapshot) throws -> Int64 {
    try snapshot.row(
      "SELECT count(*) FROM \(name) WHERE site = ? AND state = ?", site, Int64(state)
    ) { try $0.int64(0) } ?? 0
  }

  /// The object of a party that was made last, `nil` when there is none.
  public func newest(_ site: SiteCode, party: String, _ snapshot: Snapshot) throws -> Content? {
    try snapshot.row(
      "SELECT content FROM \(name) WHERE site = ? AND party = ? ORDER BY object_id DESC LIMIT 1",
      site, party
    ) { try Content(decoding: try $0.blob(0)) }
  }

  /// A site's objects in the order in which they were made, after one of them; only those in `states` and of
  /// `party` unless these are empty.
  public func list(
    _ site: SiteCode, states: [Int32] = [], party: String = "", after objectID: Int64, limit: Int,
    _ snapshot: Snapshot
  ) throws -> [Stored] {
    let places = states.map { _ in "?" }.joined(separator: ", ")
    let filter =
      (states.isEmpty ? "" : " AND state IN (\(places))")
      + (party.isEmpty ? "" : " AND party = ?")
    let arguments: [any SQLConvertible] =
      [site, objectID] + states.map { Int64($0) } + (party.isEmpty ? [] : [party]) + [limit]
    return try snapshot.rows(
      """
      SELECT object_id, change_sequence, content FROM \(name)
      WHERE site = ? AND object_id > ?\(filter) ORDER BY object_id LIMIT ?
      """, arguments: arguments, map: Self.stored)
  }

  /// A site's objects that have changed after a sequence, in the order of their last change; only those of
  /// `party` unless it is empty.
  public func changed(
    _ site: SiteCode, party: String = "", after sequence: Int64, limit: Int, _ snapshot: Snapshot
  ) throws -> [Stored] {
    let filter = party.isEmpty ? "" : " AND party = ?"
    let arguments: [any SQLConvertible] =
      [site, sequence] + (party.isEmpty ? [] : [party]) + [limit]
    return try snapshot.rows(
      """
      SELECT object_id, change_sequence, content FROM \(name)
      WHERE site = ? AND change_sequence > ?\(filter) ORDER BY change_sequence LIMIT ?
      """, arguments: arguments, map: Self.stored)
  }

  private static func stored(_ row: Row) throws -> Stored {
    Stored(
      objectID: try row.int64(0), changeSequence: try row.int64(1),
      content: try Content(decoding: try row.blob(2)))
  }
}
