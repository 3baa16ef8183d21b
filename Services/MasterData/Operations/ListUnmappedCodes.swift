import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListUnmappedCodes`: codes that were asked for and that nobody knows yet.
struct ListUnmappedCodes: ReadOperation {
  static let method = Masterdata.V1.MasterDataService.listUnmappedCodes

  let incarnation: Incarnation
  let index: CodeIndex

  struct Input: Sendable {
    var site: SiteCode
    var system: String
    var kind: RecordKind?
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Masterdata.V1.ListUnmappedCodesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.ListUnmappedCodesRequest, _ fields: inout Fields) -> Input
  {
    let site = fields.site(request.site)
    let system = fields.optionalText(request.system, "system", RecordText.system)
    let kind = request.kind == .unspecified ? nil : fields.mappedKind(request.kind)
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(system)
      digest.add(kind?.rawValue ?? "")
    }
    return Input(
      site: site, system: system, kind: kind, filters: filters,
      page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Masterdata.V1.ListUnmappedCodesResponse
  {
    let last = try input.page.lastKey(in: incarnation).map {
      try UnmappedCode(pageKey: $0, input.site)
    }
    let found = try UnmappedCodeRecords.list(
      input.site, system: input.system, kind: input.kind, after: last,
      limit: input.page.size + 1, snapshot)
    let page = found.prefix(input.page.size)
    return try .with { response in
      // What has been mapped meanwhile is nobody's work any more: a page may be shorter than asked for.
      response.codes = try page.compactMap { code in
        let now = try index.resolve([code.code], code.space, at: snapshot.now, snapshot)[0]
        return now.isResolved ? nil : .init(code, hasRule: now.meaning != nil)
      }
      response.page = input.filters.response(
        after: found.count > page.count ? page.last?.pageKey : nil, in: incarnation)
    }
  }
}

extension UnmappedCode {
  /// Its place in the list.
  fileprivate var pageKey: String {
    [String(count), space.system, space.kind.rawValue, code].joined(separator: "\n")
  }

  /// - Throws: ``StoredRecordError`` for a key that is none of ours; page tokens are signed by their
  ///   filters, so that only we make them.
  fileprivate init(pageKey: String, _ site: SiteCode) throws {
    let parts = pageKey.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let count = Int64(parts[0]),
      let kind = RecordKind(rawValue: String(parts[2]))
    else { throw StoredRecordError(text: pageKey) }
    self.init(
      space: CodeSpace(site: site, system: String(parts[1]), kind: kind), code: String(parts[3]),
      hasRule: false, count: count, firstSeenAt: Instant(seconds: 0),
      lastSeenAt: Instant(seconds: 0))
  }
}

extension Masterdata.V1.UnmappedCode {
  fileprivate init(_ code: UnmappedCode, hasRule: Bool) {
    self.init()
    system = code.space.system
    kind = code.space.kind.contract
    self.code = code.code
    resolution = hasRule ? .noRecord : .unmapped
    count = code.count
    firstSeenAt = .init(code.firstSeenAt)
    lastSeenAt = .init(code.lastSeenAt)
  }
}
