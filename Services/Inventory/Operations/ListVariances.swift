import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListVariances`: how a count differs from the books, by all that is known now.
struct ListVariances: ReadOperation {
  static let method = Inventory.V1.InventoryService.listVariances
  /// Most differences of an answer: the contract's bound.
  static let maximumVariances = 2_000
  /// Balances of a location that are looked at in one step.
  private static let pageSize = 500

  struct Input: Sendable {
    var site: SiteCode
    var countID: String
  }

  func site(of request: Inventory.V1.ListVariancesRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ListVariancesRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site),
      countID: fields.code(request.countID, "count_id", .businessCode))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.ListVariancesResponse
  {
    let stored = try CountRecords.require(input.site, input.countID, snapshot)
    let comparison = CountComparison(stored: stored, site: input.site, snapshot: snapshot)
    var lines = try stored.count.lines.map(comparison.line).filter { !$0.variance.isZero }
    var after: Int64? = 0
    while let start = after, lines.count <= Self.maximumVariances {
      let found = try comparison.unnamed(after: start, limit: Self.pageSize)
      lines += found.lines.filter { !$0.variance.isZero }
      after = found.last
    }
    lines.sort { $0.key < $1.key }
    return .with {
      $0.asOf = .init(stored.asOf)
      $0.truncated = lines.count > Self.maximumVariances
      $0.variances = lines.prefix(Self.maximumVariances).map { line in
        .with {
          $0.key = .init(line.key)
          $0.counted = .init(line.counted)
          $0.expected = .init(Amount(line.expected, line.counted.unit))
          $0.variance = line.variance.description
        }
      }
    }
  }
}
