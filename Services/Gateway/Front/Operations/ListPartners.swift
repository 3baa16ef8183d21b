import Contracts
import Protobuf
import RecordStore
import ServiceKit

/// `ListPartners`: the partners by name.
struct ListPartners: ReadOperation {
  static let method = Gateway.V1.PartnerService.listPartners

  let incarnation: Incarnation
  private static let filters = ListFilters { $0.add(method.name) }

  func site(of request: Gateway.V1.ListPartnersRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.ListPartnersRequest, _ fields: inout Fields) -> Page {
    fields.page(request.page, of: Self.filters)
  }

  func execute(_ page: Page, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.ListPartnersResponse
  {
    let found = try PartnerRecords.list(
      after: page.lastKey(in: incarnation) ?? "", limit: page.size + 1, snapshot)
    let partners = found.prefix(page.size)
    return .with {
      $0.partners = partners.map { .init($0) }
      $0.page = Self.filters.response(
        after: found.count > partners.count ? partners.last?.name : nil, in: incarnation)
    }
  }
}
