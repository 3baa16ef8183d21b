import Contracts
import Environment
import Identity
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// A service whose genealogy is followed.
struct GenealogySource: Sendable {
  /// Its name.
  let service: String
  let follower: WatchFollower<GenealogyWatch>

  init(
    _ house: House, sites: Set<SiteCode>, _ environment: Environment, _ logger: Logger
  ) {
    service = house.name
    let watches = sites.sorted().map { GenealogyWatch(service: house.name, site: $0) }
    follower = WatchFollower(
      watches, of: house.name, clock: environment.clock, logger: logger)
  }

  /// When its edges of a site were known as they are there.
  func asOf(_ site: SiteCode) -> Instant? {
    follower.asOf(GenealogyWatch(service: service, site: site).name)
  }
}

/// The watch of a site's edges at one service. What was recorded has happened, so nothing is forgotten, not
/// when the source was restored to a day before it either.
struct GenealogyWatch: FollowedWatch {
  static let method = Contracts.Genealogy.V1.GenealogyService.watchGenealogy

  let service: String
  let site: SiteCode

  var name: String { "genealogy of \(service) \(site)" }
  var question: String { "genealogy" }

  func request(after token: String) -> Contracts.Genealogy.V1.WatchGenealogyRequest {
    .with {
      $0.site = site.text
      $0.resumeToken = token
    }
  }

  func content(
    of response: Contracts.Genealogy.V1.WatchGenealogyResponse
  ) -> (token: String, item: Common.V1.GenealogyEdge?) { (response.resumeToken, response.edge) }

  func keep(
    _ edges: [Common.V1.GenealogyEdge], reading: Int64, _ transaction: Transaction
  ) throws {
    for edge in edges { try EdgeRecords.put(edge, transaction) }
  }

  func forget(before reading: Int64, _ transaction: Transaction) throws {}

  func kept(_ snapshot: Snapshot) throws {}
}
