import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListVariances`: how a count differs from the books, by all that is known now.
struct ListVariances: ReadOperation {
  static let method = Inventory.V1.InventoryService.listVariances

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var countID: String
    var filters: ListFilters
    var page: Page
  }

  /// Where a page begins: at a line of the count, or behind a balance that it does not name. As text it is the
  /// key of a page token.
  private enum Start {
    case line(Int)
    case unnamed(after: Int64)

    init?(_ text: String) {
      guard let place = Int64(text.dropFirst()) else { return nil }
      switch text.first {
      case "l": self = .line(Int(place))
      case "b": self = .unnamed(after: place)
      default: return nil
      }
    }

    var text: String {
      switch self {
      case .line(let place): "l\(place)"
      case .unnamed(let balanceID): "b\(balanceID)"
      }
    }
  }

  func site(of request: Inventory.V1.ListVariancesRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ListVariancesRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let count = fields.code(request.countID, "count_id", .businessCode)
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(count)
    }
    return Input(
      site: site, countID: count, filters: filters, page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.ListVariancesResponse
  {
    let stored = try CountRecords.require(input.site, input.countID, snapshot)
    let comparison = CountComparison(stored: stored, site: input.site, snapshot: snapshot)
    let key = try input.page.lastKey(in: incarnation)
    let (lines, next) = try page(
      of: comparison, from: key.flatMap(Start.init) ?? .line(0), size: input.page.size)
    return .with {
      $0.asOf = .init(stored.asOf)
      $0.page = input.filters.response(after: next?.text, in: incarnation)
      $0.variances = lines.filter { !$0.variance.isZero }.map { line in
        .with {
          $0.key = .init(line.key)
          $0.counted = .init(line.counted)
          $0.expected = .init(Amount(line.expected, line.counted.unit))
          $0.variance = line.variance.description
        }
      }
    }
  }

  private func page(of comparison: CountComparison, from start: Start, size: Int) throws
    -> (lines: [CountComparison.Line], next: Start?)
  {
    let count = comparison.stored.count
    switch start {
    case .line(let place):
      let end = place + size
      let lines = try count.lines.dropFirst(place).prefix(size).map(comparison.line)
      let isMore = end < count.lines.count
      return (lines, isMore ? .line(end) : count.complete ? .unnamed(after: 0) : nil)
    case .unnamed(let balanceID):
      let found = try comparison.unnamed(after: balanceID, limit: size)
      return (found.lines, found.last.map(Start.unnamed))
    }
  }
}
