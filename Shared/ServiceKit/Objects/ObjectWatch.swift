public import Protobuf
public import RecordStore
public import Values

/// Whose objects of a site are watched, from where.
public struct ObjectWatchInput: Sendable {
  /// The site.
  public var site: SiteCode
  /// Only of this party; empty means all.
  public var party: String
  /// Where it goes on; `nil` for the beginning.
  public var token: FeedToken?

  /// Which objects.
  public init(site: SiteCode, party: String = "", token: FeedToken?) {
    self.site = site
    self.party = party
    self.token = token
  }
}

/// A watch of the objects of a table: each that has changed since a token, as it is now, in the order of the
/// last change, and a message without one when all has been told.
public protocol ObjectWatch: WatchOperation where Input == ObjectWatchInput {
  /// What it watches.
  associatedtype Content: Message
  /// Where the objects are.
  var objects: ObjectTable<Content> { get }
  /// Which database its tokens are of.
  var incarnation: Incarnation { get }
  /// A message: an object or `nil`, and the token.
  func response(_ content: Content?, _ token: String) -> Response
  /// Changes the question by who asks: what is not the caller's is not there for it.
  func narrow(_ input: Input, _ call: Call) throws -> Input
  /// Whether an object is told; by default every one is.
  func isTold(_ content: Content, _ input: Input, at now: Instant) -> Bool
}

extension ObjectWatch {
  /// Everybody sees all.
  public func narrow(_ input: Input, _ call: Call) throws -> Input { input }

  /// Every one.
  public func isTold(_ content: Content, _ input: Input, at now: Instant) -> Bool { true }

  /// From the token on.
  public func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token = input.token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  /// What has changed.
  public func next(
    _ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call
  ) throws -> WatchPage<Response> {
    let narrowed = try narrow(input, call)
    let changed = try objects.changed(
      narrowed.site, party: narrowed.party, after: after, limit: limit, snapshot)
    let page = try WatchPage<Response?>(
      telling: changed.map { ($0.changeSequence, $0.content) }, after: after, limit: limit,
      incarnation, snapshot
    ) { content, token in
      if let content, !isTold(content, narrowed, at: snapshot.now) { return nil }
      return response(content, token)
    }
    return WatchPage(
      page.responses.compactMap(\.self), through: page.through, hasMore: page.hasMore)
  }
}
