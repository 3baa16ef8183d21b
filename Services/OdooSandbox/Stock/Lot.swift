import JSON

/// Lots and serial numbers.
enum Lot {
  static let model = Model(
    "stock.lot", "Lot/Serial", order: "name, id",
    fields: [
      .char("name", "Lot/Serial Number").required,
      .char("ref", "Internal Reference"),
      .many2one("product_id", "Product", "product.product").required,
      .many2one("company_id", "Company", "res.company"),
      .one2many("quant_ids", "Quants", "stock.quant", by: "lot_id"),
      .quantity("product_qty", "On Hand Quantity").computed { lot in
        .float(
          lot.records("quant_ids")
            .filter { $0.reference("location_id")?.text("usage") == "internal" }
            .reduce(0) { $0 + $1.float("quantity") })
      },
    ],
    hooks: .init(
      creating: { session, values in
        if values["name"] == nil {
          values["name"] = .value(.text(nextName(session)))
        }
      },
      created: { lot, _ in try checkUnique(lot) }))

  private static func checkUnique(_ lot: Record) throws {
    guard let product = lot.reference("product_id") else { return }
    let same = lot.session.find("stock.lot", "product_id", .int(Int64(product.id)))
      .filter { $0.text("name") == lot.text("name") }
    guard same.count > 1 else { return }
    throw OdooError.validation(
      "The combination of lot/serial number and product must be unique within a company including "
        + "when no company is defined.\nThe following combinations contain duplicates:\n"
        + " - Product: \(product.displayName), Lot/Serial Number: \(lot.text("name"))")
  }

  /// The next number of the lot sequence, for example `0000001`.
  static func nextName(_ session: Session) -> String {
    let digits = String(session.database.nextNumber("stock.lot.serial"))
    return String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }
}
