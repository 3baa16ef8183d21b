import Contracts
import Protobuf

/// A request for records to be as it says, of any kind.
protocol UpsertRequest: Message {
  associatedtype Entry: MasterRecord
  associatedtype Response: Message

  static var method: Method<Self, Response> { get }
  /// The name of the field that holds the records.
  static var entriesField: String { get }

  var site: String { get }
  var entries: [Entry] { get }
  var validateOnly: Bool { get }

  static func response(_ outcomes: [Masterdata.V1.UpsertOutcome]) -> Response
}

/// A request for records by their codes, of any kind.
protocol GetRequest: Message {
  associatedtype Entry: MasterRecord
  associatedtype Response: Message

  static var method: Method<Self, Response> { get }

  var site: String { get }
  var codes: [String] { get }

  static func response(_ entries: [Entry], missing: [String]) -> Response
}

/// A request for a page of records, of any kind.
protocol ListRequest: Message {
  associatedtype Entry: MasterRecord
  associatedtype Response: Message

  static var method: Method<Self, Response> { get }

  var site: String { get }
  var lifeCycles: [Masterdata.V1.LifeCycle] { get }
  var codePrefix: String { get }
  var page: Common.V1.PageRequest? { get }

  static func response(_ entries: [Entry], _ page: Common.V1.PageResponse) -> Response
}

// MARK: Units

extension Masterdata.V1.UpsertUnitsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertUnits
  static let entriesField = "units"
  var entries: [Masterdata.V1.Unit] { units }

  static func response(
    _ outcomes: [Masterdata.V1.UpsertOutcome]
  ) -> Masterdata.V1.UpsertUnitsResponse { .with { $0.outcomes = outcomes } }
}

extension Masterdata.V1.GetUnitsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getUnits

  static func response(
    _ entries: [Masterdata.V1.Unit], missing: [String]
  ) -> Masterdata.V1.GetUnitsResponse {
    .with {
      $0.units = entries
      $0.missingCodes = missing
    }
  }
}

extension Masterdata.V1.ListUnitsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listUnits

  static func response(
    _ entries: [Masterdata.V1.Unit], _ page: Common.V1.PageResponse
  ) -> Masterdata.V1.ListUnitsResponse {
    .with {
      $0.units = entries
      $0.page = page
    }
  }
}

// MARK: Items

extension Masterdata.V1.UpsertItemsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertItems
  static let entriesField = "items"
  var entries: [Masterdata.V1.Item] { items }

  static func response(
    _ outcomes: [Masterdata.V1.UpsertOutcome]
  ) -> Masterdata.V1.UpsertItemsResponse { .with { $0.outcomes = outcomes } }
}

extension Masterdata.V1.GetItemsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getItems

  static func response(
    _ entries: [Masterdata.V1.Item], missing: [String]
  ) -> Masterdata.V1.GetItemsResponse {
    .with {
      $0.items = entries
      $0.missingCodes = missing
    }
  }
}

extension Masterdata.V1.ListItemsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listItems

  static func response(
    _ entries: [Masterdata.V1.Item], _ page: Common.V1.PageResponse
  ) -> Masterdata.V1.ListItemsResponse {
    .with {
      $0.items = entries
      $0.page = page
    }
  }
}
