import JSON

/// A record that a call made, changed or deleted.
struct RecordChange: Hashable, Sendable {
  let model: String
  let id: Int

  /// The models whose changes are told: master data and orders.
  static let toldModels: Set<String> = [
    "res.company", "res.partner", "uom.uom", "product.template", "product.product",
    "product.supplierinfo", "stock.warehouse", "stock.location", "mrp.workcenter", "mrp.bom",
    "mrp.bom.line", "mrp.bom.byproduct", "mrp.routing.workcenter", "mrp.production",
  ]

  /// What an automation rule of Odoo sends.
  var body: JSONValue { ["_model": .string(model), "_id": .int(Int64(id))] }
}
