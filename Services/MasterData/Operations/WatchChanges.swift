import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `WatchChanges`: every record of a site, and of all sites, that has changed since a token, as it is now,
/// in the order of the last change. One that changes between two looks is sent once, as it is at the
/// second.
struct WatchChanges: WatchOperation {
  static let method = Masterdata.V1.MasterDataService.watchChanges

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var token: FeedToken?
    /// Empty for all.
    var kinds: Set<RecordKind>
  }

  func site(of request: Masterdata.V1.WatchChangesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.WatchChangesRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site), token: fields.resumeToken(request.resumeToken),
      kinds: Set(
        fields.each(request.kinds, "kinds", atMost: RecordKind.allCases.count) { fields, kind in
          fields.kind(kind, "")
        }))
  }

  func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token = input.token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  func next(
    _ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call
  ) throws -> WatchPage<Masterdata.V1.WatchChangesResponse> {
    let changed = try MasterRecords.changed(after: after, limit: limit, snapshot)
    var responses = try changed.filter { concerns($0.key, input) }.map { stored in
      try Masterdata.V1.WatchChangesResponse.with {
        $0.record = try stored.message
        $0.resumeToken =
          FeedToken(incarnation: incarnation, sequence: stored.changeSequence).text
      }
    }
    let last = changed.last?.changeSequence ?? after
    guard changed.count < limit else { return WatchPage(responses, through: last, hasMore: true) }
    // Whoever keeps a copy knows by it how old the copy is, and can resume from here although nothing
    // of what has changed concerned it.
    let head = max(last, try snapshot.feed.head)
    responses.append(
      .with { $0.resumeToken = FeedToken(incarnation: incarnation, sequence: head).text })
    return WatchPage(responses, through: head, hasMore: false)
  }

  private func concerns(_ key: RecordKey, _ input: Input) -> Bool {
    (key.site.isEmpty || key.site == input.site.text)
      && (input.kinds.isEmpty || input.kinds.contains(key.kind))
  }
}
