import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `List…`: the records of one kind by code.
struct ListRecords<Request: ListRequest>: ReadOperation {
  typealias Response = Request.Response

  static var method: Method<Request, Response> { Request.method }

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var lifeCycles: [LifeCycle]
    var prefix: String
    var filters: ListFilters
    var page: Page
    var isFirstPage: Bool
  }

  func site(of request: Request) -> String? { request.site }

  func validate(_ request: Request, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let given = fields.each(
      request.lifeCycles, "life_cycles", atMost: LifeCycle.allCases.count
    ) { fields, value in
      fields.known(LifeCycle(value), "", "DRAFT, RELEASED or WITHDRAWN", else: .draft)
    }
    let lifeCycles = Set(given).sorted { $0.rawValue < $1.rawValue }
    let prefix = fields.optionalText(request.codePrefix, "code_prefix", RecordHead.codeRule)
    let filters = ListFilters { digest in
      digest.add(Response.Entry.recordKind.rawValue)
      digest.add(site.text)
      digest.add(prefix)
      for lifeCycle in lifeCycles { digest.add(lifeCycle.rawValue) }
    }
    return Input(
      site: site, lifeCycles: lifeCycles, prefix: prefix, filters: filters,
      page: fields.page(request.page, of: filters),
      isFirstPage: request.page?.pageToken.isEmpty ?? true)
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws -> Response {
    let kind = Response.Entry.recordKind
    let found = try MasterRecords.list(
      kind, site: kind.isOfAllSites ? "" : input.site.text, in: input.lifeCycles,
      beginningWith: input.prefix, after: try input.page.lastKey(in: incarnation) ?? "",
      limit: input.page.size + 1, snapshot)
    let page = AnswerSize.prefix(of: found.prefix(input.page.size))
    var response = Response()
    response.entries = try page.map { try Response.Entry($0) }
    response.page = input.filters.response(
      after: found.count > page.count ? page.last?.key.code : nil, in: incarnation)
    return response
  }
}
