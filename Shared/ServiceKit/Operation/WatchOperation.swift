public import RecordStore

/// What one look at the records has found for a watch.
public struct WatchPage<Response: Sendable>: Sendable {
  /// The responses, in the order of their sequence.
  public let responses: [Response]
  /// Go on after this sequence: everything up to it has been looked at.
  public let through: Int64
  /// Whether there may be more at once. Otherwise the watch waits for the next commit.
  public let hasMore: Bool

  /// A page.
  public init(_ responses: [Response], through: Int64, hasMore: Bool) {
    self.responses = responses
    self.through = through
    self.hasMore = hasMore
  }
}

extension WatchPage {
  /// A page of a watch that whoever keeps a copy follows: what was found, and once nothing is left a
  /// response without content, by which the reader knows that all has been told and how old its copy is. It
  /// can resume from there although nothing of what has changed meanwhile concerned it.
  /// - Parameters:
  ///   - found: what changed after `after`, at most `limit`, with the sequence of the change.
  ///   - response: a response of what was found, `nil` for all has been told, with a token.
  public init<Found>(
    telling found: [(sequence: Int64, content: Found)], after: Int64, limit: Int,
    _ incarnation: Incarnation, _ snapshot: Snapshot,
    response: (Found?, String) throws -> Response
  ) throws {
    func token(_ sequence: Int64) -> String {
      FeedToken(incarnation: incarnation, sequence: sequence).text
    }
    var responses = try found.map { try response($0.content, token($0.sequence)) }
    let last = found.last?.sequence ?? after
    guard found.count < limit else {
      self.init(responses, through: last, hasMore: true)
      return
    }
    let head = max(last, try snapshot.feed.head)
    responses.append(try response(nil, token(head)))
    self.init(responses, through: head, hasMore: false)
  }
}

/// An RPC that streams what has changed since a token, and goes on as records change.
///
/// It reads page by page, each in a snapshot of its own, and waits for the next commit when there
/// is nothing new: a slow reader holds one page in memory and no snapshot.
public protocol WatchOperation: Operation {
  /// The sequence to start after: 0 for everything.
  func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64

  /// The next responses after a sequence, at most `limit`.
  func next(_ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call) throws
    -> WatchPage<Response>
}
