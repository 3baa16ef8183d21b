import Values

/// What a plant is.
struct SiteDefinition: Sendable, Hashable {
  var description: String
  /// The legal entity; empty when it is not said.
  var company: String
  /// Codes of records of the site, empty when there is none.
  var warehouse: String
  var operationTypes: [OperationType]
  /// Of the IANA time zone database.
  var timeZone: String
  var shiftCalendar: String
  /// ISO 4217.
  var currency: String
  var manufacturingSteps: ManufacturingSteps

  struct OperationType: Sendable, Hashable {
    var code: String
    var use: OperationTypeUse
  }

  /// Odoo has six for each warehouse.
  static let maximumOperationTypes = 50
}

/// What an operation type is for.
enum OperationTypeUse: Sendable, Hashable { case incoming, outgoing, `internal`, manufacturing }

/// In how many steps things leave and enter stock around manufacturing.
enum ManufacturingSteps: Sendable, Hashable { case one, two, three }

/// Where work is done.
struct WorkCenterDefinition: Sendable, Hashable {
  var description: String
  /// Empty for the site's own.
  var shiftCalendar: String
  var efficiencyPercent: Int32

  static let efficiencyRange: ClosedRange<Int64> = 1...1_000
}

/// A building or yard with stock.
struct WarehouseDefinition: Sendable, Hashable {
  var description: String
  /// A location's code. It may come later than the warehouse that it is in.
  var stockLocation: String
}

/// What a location is for.
enum LocationUsage: Sendable, Hashable {
  case `internal`, view, transit, supplier, customer, production, inventory
}

/// A place in a warehouse, or one that stands for what is outside.
struct LocationDefinition: Sendable, Hashable {
  var description: String
  /// Empty when it is in none.
  var warehouse: String
  /// Empty at the top.
  var parent: String
  var usage: LocationUsage
  var isQuarantine: Bool
  var isScrap: Bool

  /// How many locations one may be below: ten times what a warehouse has from yard to bin. Each write of
  /// one looks at all of them.
  static let maximumDepth = 64
}
