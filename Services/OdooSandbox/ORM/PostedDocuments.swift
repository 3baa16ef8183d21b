/// Which fields of a posted (done) document say what was booked: a change there is an edit of a
/// posted document.
enum PostedDocuments {
  static let watchedFields: [String: [String]] = [
    "mrp.production": ["qty_producing", "product_qty", "lot_producing_id", "state"],
    "stock.move": ["quantity", "product_uom_qty", "picked", "state"],
    "stock.move.line": ["quantity", "lot_id", "location_id", "location_dest_id"],
    "stock.scrap": ["scrap_qty", "state"],
  ]

  /// The document a person would name.
  static func name(of record: Record) -> String {
    switch record.model.name {
    case "stock.move":
      (record.reference("raw_material_production_id") ?? record.reference("production_id"))?
        .text("name") ?? record.text("name")
    case "stock.move.line": record.reference("move_id").map(name(of:)) ?? ""
    default: record.text("name")
    }
  }
}
