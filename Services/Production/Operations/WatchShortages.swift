import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `WatchShortages`: every shortage of a site from a token on.
struct WatchShortages: WatchOperation {
  static let method = Production.V1.ProductionService.watchShortages

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var token: FeedToken?
  }

  func site(of request: Production.V1.WatchShortagesRequest) -> String? { request.site }

  func validate(_ request: Production.V1.WatchShortagesRequest, _ fields: inout Fields) -> Input {
    Input(site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token = input.token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  func next(_ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call) throws
    -> WatchPage<Production.V1.WatchShortagesResponse>
  {
    try WatchPage(
      telling: ShortageRecords.list(input.site, after: after, limit: limit, snapshot),
      after: after, limit: limit, incarnation, snapshot
    ) { shortage, token in
      .with {
        $0.shortage = shortage
        $0.resumeToken = token
      }
    }
  }
}
