import Contracts
import GatewayOdoo
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListPostings`: what a site's orders have come to in Odoo, by order name.
struct ListPostings: ReadOperation {
  static let method = Gateway.V1.GatewayService.listPostings

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Gateway.V1.ListPostingsRequest) -> String? { request.site }

  func validate(_ request: Gateway.V1.ListPostingsRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let filters = ListFilters { $0.add(site.text) }
    return Input(site: site, filters: filters, page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.ListPostingsResponse
  {
    let found = try OdooWing.postings(
      site: input.site, after: input.page.lastKey(in: incarnation) ?? "",
      limit: input.page.size + 1, snapshot)
    let page = found.prefix(input.page.size)
    let lastKey = found.count > page.count ? page.last?.orderName : nil
    return .with {
      $0.postings = page.map { .init($0) }
      $0.page = input.filters.response(after: lastKey, in: incarnation)
    }
  }
}
