import Contracts
import Protobuf
import Values

/// Products, by variant.
struct ItemModel: MasterDataModel {
  let kind = SubjectKind.item
  let main: OdooFeed? = OdooFeed(
    model: "product.product",
    fields: ["default_code", "name", "tracking", "type", "uom_id", "barcode", "product_tmpl_id"],
    // Storable is another type before 18.0; the purchase unit goes with 19.0, and what ages is known
    // only with product_expiry.
    optional: [
      "active", "detailed_type", "is_storable", "uom_po_id", "use_expiration_date",
      "expiration_time",
    ])

  func references(of subject: Subject) throws -> Set<Reference> {
    let row = try subject.own(kind)
    var references: Set = [Reference(.unit, try row.required("uom_id"))]
    if row.has("uom_po_id"), let unit = try row.reference("uom_po_id") {
      references.insert(Reference(.unit, unit))
    }
    return references
  }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let (code, name) = (try row.text("default_code"), try row.text("name"))
    let isActive = try row.isActive()
    let group = isActive ? try row.reference("product_tmpl_id") : nil
    if code.isEmpty {
      return Draft(
        id: subject.id, label: name, isActive: isActive, group: group, claims: [],
        problem: Problem(.itemWithoutCode, "the product \(name) has no internal reference"))
    }
    return try Draft.of(.item, subject, code: code, label: code, isActive: isActive, group: group) {
      code in
      let unit = try known.code(.unit, row.required("uom_id"), as: "unit")
      let purchase =
        row.has("uom_po_id")
        ? try known.code(.unit, row.reference("uom_po_id"), as: "purchase unit") : ""
      return .item(
        try .with {
          $0.head = .init(code, isActive: isActive)
          $0.description_p = name
          $0.tracking = try Self.tracking(row)
          $0.storable = try Self.isStorable(row)
          $0.unit = unit
          $0.purchaseUnit = purchase == unit ? "" : purchase
          $0.shelfLifeDays = try Self.shelfLifeDays(row)
          $0.barcode = try row.text("barcode")
        })
    }
  }

  static func isStorable(_ row: OdooRow) throws(OdooFailure) -> Bool {
    if row.has("is_storable") { return try row.flag("is_storable") }
    return try row.text(row.has("detailed_type") ? "detailed_type" : "type") == "product"
  }

  private static func tracking(_ row: OdooRow) throws -> Common.V1.Tracking {
    switch try row.text("tracking") {
    case "none", "": .none
    case "lot": .lot
    case "serial": .serial
    default: throw row.unknown("tracking")
    }
  }

  private static func shelfLifeDays(_ row: OdooRow) throws -> Int32 {
    guard row.has("use_expiration_date"), try row.flag("use_expiration_date"),
      row.has("expiration_time")
    else { return 0 }
    return try row.whole("expiration_time")
  }
}
