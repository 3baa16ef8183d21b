import Contracts
import Protobuf
public import RecordStore
import Values

/// The route of `millrace.genealogy.v1.GenealogyService`, which every service with genealogy has.
public enum GenealogyRoutes {
  /// The one route.
  public static func all(_ incarnation: Incarnation) -> [Route] {
    [.watch(WatchGenealogy(incarnation: incarnation))]
  }
}

/// `WatchGenealogy`: every edge of a site from a token on.
struct WatchGenealogy: WatchOperation {
  static let method = Contracts.Genealogy.V1.GenealogyService.watchGenealogy
  static let callers = Callers.integration

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var token: FeedToken?
  }

  func site(of request: Contracts.Genealogy.V1.WatchGenealogyRequest) -> String? { request.site }

  func validate(
    _ request: Contracts.Genealogy.V1.WatchGenealogyRequest, _ fields: inout Fields
  ) -> Input {
    Input(site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token = input.token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  func next(
    _ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call
  ) throws -> WatchPage<Contracts.Genealogy.V1.WatchGenealogyResponse> {
    let found = try GenealogyRecords.list(input.site, after: after, limit: limit, snapshot)
    return try WatchPage(
      telling: found, after: after, limit: limit, incarnation,
      snapshot
    ) { edge, token in
      .with {
        $0.edge = edge
        $0.resumeToken = token
      }
    }
  }
}
