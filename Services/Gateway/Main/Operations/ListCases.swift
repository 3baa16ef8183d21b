import Contracts
import GatewayOdoo
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListCases`: what a site's people must decide, oldest first.
struct ListCases: ReadOperation {
  static let method = Gateway.V1.GatewayService.listCases

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var openOnly: Bool
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Gateway.V1.ListCasesRequest) -> String? { request.site }

  func validate(_ request: Gateway.V1.ListCasesRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(request.openOnly ? "open" : "all")
    }
    return Input(
      site: site, openOnly: request.openOnly, filters: filters,
      page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.ListCasesResponse
  {
    let found = try OdooWing.cases(
      site: input.site, openOnly: input.openOnly, after: lastCase(input.page),
      limit: input.page.size + 1, snapshot)
    let page = found.prefix(input.page.size)
    let lastKey = found.count > page.count ? page.last?.id.description : nil
    return .with {
      $0.cases = page.map { .init($0) }
      $0.page = input.filters.response(after: lastKey, in: incarnation)
    }
  }

  private func lastCase(_ page: Page) throws -> Identifier? {
    guard let key = try page.lastKey(in: incarnation) else { return nil }
    guard let identifier = Identifier(hexadecimal: key) else {
      throw Refusal.invalidFields([
        FieldViolation("page.page_token", "is not a token of this list with these filters")
      ])
    }
    return identifier
  }
}
