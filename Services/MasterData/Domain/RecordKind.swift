/// What kinds of records there are. The names are stored, and are how ownership rules name a kind.
enum RecordKind: String, Sendable, Hashable, CaseIterable {
  case unit
  case item
  case site
  case shiftCalendar = "shift_calendar"
  case workCenter = "work_center"
  case warehouse
  case location
  case businessPartner = "business_partner"
  case supplierItem = "supplier_item"
  case routing
  case billOfMaterial = "bill_of_material"
  case mappingRule = "mapping_rule"
  case ownershipRule = "ownership_rule"

  /// Whether its records are the same at all sites; otherwise each belongs to one.
  var isOfAllSites: Bool {
    switch self {
    case .unit, .item, .businessPartner: true
    default: false
    }
  }

  /// Whether its records say what others mean or may do, instead of what there is.
  var isRule: Bool { self == .mappingRule || self == .ownershipRule }

  /// For people: `bill of material`.
  var noun: String { rawValue.split(separator: "_").joined(separator: " ") }
}
