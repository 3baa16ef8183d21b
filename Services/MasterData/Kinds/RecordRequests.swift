import Contracts
import Protobuf

/// A request for records to be as it says, of any kind.
protocol UpsertRequest: Message {
  associatedtype Entry: MasterRecord
  associatedtype Response: UpsertResponse

  static var method: Method<Self, Response> { get }
  /// The name of the field that holds the records.
  static var entriesField: String { get }

  var site: String { get }
  var entries: [Entry] { get }
  var validateOnly: Bool { get }
}

/// What has become of them.
protocol UpsertResponse: Message {
  var outcomes: [Masterdata.V1.UpsertOutcome] { get set }
}

/// A request for records by their codes, of any kind.
protocol GetRequest: Message {
  associatedtype Response: GetResponse

  static var method: Method<Self, Response> { get }

  var site: String { get }
  var codes: [String] { get }
}

/// The records that there are.
protocol GetResponse: Message {
  associatedtype Entry: MasterRecord

  var entries: [Entry] { get set }
  var missingCodes: [String] { get set }
}

/// A request for a page of records, of any kind.
protocol ListRequest: Message {
  associatedtype Response: ListResponse

  static var method: Method<Self, Response> { get }

  var site: String { get }
  var lifeCycles: [Masterdata.V1.LifeCycle] { get }
  var codePrefix: String { get }
  var page: Common.V1.PageRequest? { get }
}

/// A page of records.
protocol ListResponse: Message {
  associatedtype Entry: MasterRecord

  var entries: [Entry] { get set }
  var page: Common.V1.PageResponse? { get set }
}
