/// What is read from Odoo and becomes records, in the order in which it is brought over: what others
/// name comes first. The names are stored.
enum SubjectKind: String, Sendable, Hashable, CaseIterable {
  case unit
  case partner = "business_partner"
  case item
  case workCenter = "work_center"
  case warehouse
  case location
  case bill = "bill_of_material"
  /// The prices that suppliers ask for the products of one template.
  case prices = "supplier_item"

  /// For people, and the first word of a case's name: `bill of material`.
  var noun: String { rawValue.split(separator: "_").joined(separator: " ") }

  /// The kinds of records that it becomes, in the order in which they are sent.
  var recordKinds: [RecordKind] {
    switch self {
    case .unit: [.unit]
    case .partner: [.businessPartner]
    case .item: [.item]
    case .workCenter: [.workCenter]
    case .warehouse: [.warehouse]
    case .location: [.location]
    case .bill: [.routing, .billOfMaterial]
    case .prices: [.supplierItem]
    }
  }
}

/// The kinds of MasterData's records that come from Odoo. The names are stored.
enum RecordKind: String, Sendable, Hashable, CaseIterable {
  case unit
  case businessPartner = "business_partner"
  case item
  case workCenter = "work_center"
  case warehouse
  case location
  case routing
  case billOfMaterial = "bill_of_material"
  case supplierItem = "supplier_item"

  /// What they are made of.
  var subject: SubjectKind {
    switch self {
    case .unit: .unit
    case .businessPartner: .partner
    case .item: .item
    case .workCenter: .workCenter
    case .warehouse: .warehouse
    case .location: .location
    case .routing, .billOfMaterial: .bill
    case .supplierItem: .prices
    }
  }

  /// For people: `bill of material`.
  var noun: String { rawValue.split(separator: "_").joined(separator: " ") }

  /// Whether its records are the same at all sites: what one site's Odoo does not have any more may
  /// still be in use at another.
  var isOfAllSites: Bool { [.unit, .businessPartner, .item].contains(self) }

  /// The order in which they are withdrawn: what names others goes first.
  static let withdrawalOrder: [RecordKind] = [
    .supplierItem, .billOfMaterial, .routing, .location, .warehouse, .workCenter, .item,
    .businessPartner, .unit,
  ]
}

/// What a subject can name by its database id.
struct Reference: Sendable, Hashable {
  /// Of which kind. The names are stored.
  enum Kind: String, Sendable, Hashable {
    case unit
    case partner = "business_partner"
    case item
    case workCenter = "work_center"
    case warehouse
    case location
    /// A category of units: it is no record of its own, but units carry its name.
    case unitCategory = "unit_category"
    /// A template of products: it stands for its variants.
    case template

    /// What it is as a subject; `nil` for what is none.
    var subject: SubjectKind? { SubjectKind(rawValue: rawValue) }
  }

  var kind: Kind
  var id: Int64

  init(_ kind: Kind, _ id: Int64) {
    self.kind = kind
    self.id = id
  }
}
