import Contracts
import Protobuf
import Values

/// Work centres.
struct WorkCenterModel: MasterDataModel {
  let kind = SubjectKind.workCenter
  let main: OdooFeed? = OdooFeed(
    model: "mrp.workcenter", fields: ["name", "code", "time_efficiency"], optional: ["active"])

  func references(of subject: Subject) throws -> Set<Reference> { [] }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let (code, name) = (try row.text("code"), try row.text("name"))
    let isActive = try row.isActive()
    return try Draft.of(
      .workCenter, subject, code: code.isEmpty ? name : code, label: name, isActive: isActive
    ) { code in
      let percent = try row.number("time_efficiency")
      guard let efficiency = Int32(exactly: percent) else {
        throw Problem.unusable("time_efficiency is \(percent), which is no whole number")
      }
      return .workCenter(
        .with {
          $0.head = .init(code, isActive: isActive)
          $0.description_p = name
          $0.efficiencyPercent = efficiency
        })
    }
  }
}

/// Warehouses.
struct WarehouseModel: MasterDataModel {
  let kind = SubjectKind.warehouse
  let main: OdooFeed? = OdooFeed(
    model: "stock.warehouse", fields: ["name", "code", "lot_stock_id"], optional: ["active"])

  func references(of subject: Subject) throws -> Set<Reference> {
    guard let location = try subject.own(kind).reference("lot_stock_id") else { return [] }
    return [Reference(.location, location)]
  }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let code = try row.text("code")
    let isActive = try row.isActive()
    return try Draft.of(.warehouse, subject, code: code, label: code, isActive: isActive) { code in
      .warehouse(
        try .with {
          $0.head = .init(code, isActive: isActive)
          $0.description_p = try row.text("name")
          $0.stockLocation = try known.code(
            .location, row.reference("lot_stock_id"), as: "stock location")
        })
    }
  }
}

/// Locations, by their path.
struct LocationModel: MasterDataModel {
  /// The paths of those in which stock waits for a decision: Odoo has no mark for it.
  let quarantine: Set<String>

  let kind = SubjectKind.location
  let main: OdooFeed? = OdooFeed(
    model: "stock.location",
    fields: ["complete_name", "name", "usage", "location_id", "warehouse_id"],
    optional: ["active", "scrap_location"])

  func references(of subject: Subject) throws -> Set<Reference> {
    let row = try subject.own(kind)
    var references: Set<Reference> = []
    if let parent = try row.reference("location_id") {
      references.insert(Reference(.location, parent))
    }
    if let warehouse = try row.reference("warehouse_id") {
      references.insert(Reference(.warehouse, warehouse))
    }
    return references
  }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let path = try row.text("complete_name")
    let isActive = try row.isActive()
    return try Draft.of(.location, subject, code: path, label: path, isActive: isActive) { code in
      .location(
        try .with {
          $0.head = .init(code, isActive: isActive)
          $0.description_p = try row.text("name")
          $0.warehouse = try known.code(
            .warehouse, row.reference("warehouse_id"), as: "warehouse")
          $0.parent = try known.code(
            .location, row.reference("location_id"), as: "location around it")
          $0.usage = try Self.usage(row)
          $0.quarantine = $0.usage == .internal && quarantine.contains(path)
          $0.scrap = row.has("scrap_location") ? try row.flag("scrap_location") : false
        })
    }
  }

  private static func usage(_ row: OdooRow) throws -> Masterdata.V1.LocationUsage {
    switch try row.text("usage") {
    case "internal": .internal
    case "view": .view
    case "transit": .transit
    case "supplier": .supplier
    case "customer": .customer
    case "production": .production
    case "inventory": .inventory
    default: throw row.unknown("usage")
    }
  }
}
