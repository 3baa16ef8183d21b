import JSON

/// A model that is looked at for changes: which of its fields make a difference, and whose its rows
/// are.
struct OdooFeed: Sendable {
  /// The model.
  var model: String
  /// Fields that every Odoo has.
  var fields: [String]
  /// Fields that only some versions or modules have.
  var optional: [String] = []
  /// The field that says whose row it is: a line is its bill's.
  var subject = "id"
  /// Which rows there are to read the first time and to compare by, by the fields there are.
  var everything: @Sendable (Set<String>) -> [JSONValue] = { _ in [] }
  /// Whether those are only some of its rows.
  var isFiltered = false
  /// Whether a changed row is of interest although nothing is known of it yet.
  var isOfInterest: @Sendable (OdooRow) -> Bool = { _ in true }

  /// Whose row it is; `nil` when nobody's.
  func subject(of row: OdooRow) throws(OdooFailure) -> Int64? {
    subject == "id" ? try row.id() : try row.reference(subject)
  }
}

/// What Odoo has of one subject.
struct Subject: Sendable {
  var id: Int64
  /// Its own row; `nil` when it is gone, and when it has none.
  var row: OdooRow?
  /// The rows that belong to it, by model, in the order of their ids.
  var details: [String: [OdooRow]] = [:]

  /// Its own row, which must be there.
  func own(_ kind: SubjectKind) throws(OdooFailure) -> OdooRow {
    guard let row else { throw .unreadable("\(kind.noun) \(id) has no row") }
    return row
  }
}

/// How one kind of subjects is read and what it becomes. Everything else is the same for all of them.
protocol MasterDataModel: Sendable {
  var kind: SubjectKind { get }
  /// The model whose rows are the subjects; `nil` when they have none of their own.
  var main: OdooFeed? { get }
  /// Models whose rows belong to subjects. They are read with them.
  var details: [OdooFeed] { get }
  /// Models whose rows make subjects look different that name them.
  var touching: [(feed: OdooFeed, as: Reference.Kind)] { get }
  /// Subjects that are read and sent together.
  var batchSize: Int { get }

  /// What it names. An archived one, too.
  func references(of subject: Subject) throws -> Set<Reference>

  /// What it is to become.
  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft
}

extension MasterDataModel {
  var details: [OdooFeed] { [] }
  var touching: [(feed: OdooFeed, as: Reference.Kind)] { [] }
  var batchSize: Int { MasterDataReader.pageSize }

  /// Every model that is looked at, its own last: details that were read with it are known then.
  var feedsWithRoles: [(feed: OdooFeed, role: MasterDataPoll.Role)] {
    touching.map { ($0.feed, .touching($0.as)) } + details.map { ($0, .details) }
      + (main.map { [($0, .subjects)] } ?? [])
  }

  /// Every model that tells of its subjects.
  var feeds: [OdooFeed] { (main.map { [$0] } ?? []) + details }
}

/// The models in the order in which they are brought over.
enum MasterDataModels {
  static func all(quarantineLocations: Set<String>) -> [any MasterDataModel] {
    [
      UnitModel(), PartnerModel(), ItemModel(), WorkCenterModel(), WarehouseModel(),
      LocationModel(quarantine: quarantineLocations), BillModel(), PricesModel(),
    ]
  }
}
