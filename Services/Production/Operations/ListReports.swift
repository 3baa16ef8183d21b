import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListReports`: a site's or an order's reports in the order in which they were recorded, each
/// with how far it has come in the ERP system.
struct ListReports: ReadOperation {
  static let method = Production.V1.ProductionService.listReports

  let orders: OrderRecords
  let reports: ReportRecords
  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    /// `nil` means all orders.
    var orderName: String?
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Production.V1.ListReportsRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ListReportsRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let name = fields.optionalText(request.orderName, "order_name", OrderKey.nameRule)
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(name)
    }
    return Input(
      site: site, orderName: name.isEmpty ? nil : name, filters: filters,
      page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Production.V1.ListReportsResponse
  {
    let after = try position(input.page)
    let limit = input.page.size + 1
    let found: [StoredReport]
    if let name = input.orderName {
      let order = try orders.require(OrderKey(site: input.site, name: name), snapshot)
      found = try reports.list(of: order, after: after, limit: limit, snapshot)
    } else {
      found = try reports.list(input.site, after: after, limit: limit, snapshot)
    }
    let page = found.prefix(input.page.size)
    let lastKey = found.count > page.count ? page.last.map { String($0.sequence) } : nil
    return .with {
      $0.reports = page.map { .init($0) }
      $0.page = input.filters.response(after: lastKey, in: incarnation)
    }
  }

  private func position(_ page: Page) throws -> Int64 {
    guard let key = try page.lastKey(in: incarnation) else { return 0 }
    guard let sequence = Int64(key) else {
      throw Refusal.invalidFields([
        FieldViolation("page.page_token", "is not a token of this list with these filters")
      ])
    }
    return sequence
  }
}
