import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `WatchOrders`: every order of a site that has changed since a token, as it is now, in the order
/// of their last change.
///
/// An order that changes between two looks is sent once, as it is at the second; that is why
/// nothing is missed and the stream never grows with the number of reports.
struct WatchOrders: WatchOperation {
  static let method = Production.V1.ProductionService.watchOrders

  let orders: OrderRecords
  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var token: FeedToken?
  }

  func site(of request: Production.V1.WatchOrdersRequest) -> String? { request.site }

  func validate(_ request: Production.V1.WatchOrdersRequest, _ fields: inout Fields) -> Input {
    Input(site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token = input.token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  func next(_ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call) throws
    -> WatchPage<Production.V1.WatchOrdersResponse>
  {
    let changed = try orders.changed(input.site, after: after, limit: limit, snapshot)
    let responses = try changed.map { stored in
      try Production.V1.WatchOrdersResponse.with {
        $0.order = try .init(stored.order)
        $0.resumeToken =
          FeedToken(incarnation: incarnation, sequence: stored.changeSequence).text
      }
    }
    // A page that is not full has seen everything there is, events of other sites included.
    let last = changed.last?.changeSequence ?? after
    let hasMore = changed.count == limit
    let through = hasMore ? last : max(last, try snapshot.feed.head)
    return WatchPage(responses, through: through, hasMore: hasMore)
  }
}
