import JSON

/// The dialog "consumption differs from the bill of materials".
enum ConsumptionWizard {
  static let model = Model(
    "mrp.consumption.warning",
    "Wizard in case of consumption in warning/strict and more component has been used for a MO (related to the bom)",
    fields: [
      .many2many("mrp_production_ids", "Productions", "mrp.production"),
      .one2many(
        "mrp_consumption_warning_line_ids", "Lines", "mrp.consumption.warning.line",
        by: "mrp_consumption_warning_id"),
    ],
    methods: [
      "action_confirm": { session, call in
        let posting = session.without(ownKeys).with(["skip_consumption": true])
        return try ProductionClose.markDone(
          try call.one(session).records("mrp_production_ids").map { $0.with(posting) })
      },
      "action_set_qty": setQuantities,
    ],
    displayName: { "mrp.consumption.warning,\($0.id)" })

  static let line = Model(
    "mrp.consumption.warning.line", "Line of issue consumption",
    fields: [
      .many2one("mrp_consumption_warning_id", "Parent Wizard", "mrp.consumption.warning"),
      .many2one("mrp_production_id", "Manufacturing Order", "mrp.production").required.cascading,
      .many2one("product_id", "Product", "product.product").required.cascading,
      .many2one("product_uom_id", "Unit of Measure", "uom.uom"),
      .char("consumption", "Consumption"),
      .quantity("product_consumed_qty_uom", "Consumed"),
      .quantity("product_expected_qty_uom", "To Consume"),
    ],
    displayName: { "mrp.consumption.warning.line,\($0.id)" })

  /// Context keys that belong to the dialog alone.
  private static let ownKeys = [
    "default_mrp_production_ids", "default_mrp_consumption_warning_line_ids", "form_view_ref",
  ]

  /// Consumes what the bill expects, then closes.
  private static let setQuantities: Method = { session, call in
    let wizard = try call.one(session)
    for line in wizard.records("mrp_consumption_warning_line_ids") {
      let moves = line.reference("mrp_production_id")?.records("move_raw_ids") ?? []
      guard
        let move = moves.first(where: {
          Move.isOpen($0) && $0.value("product_id") == line.value("product_id")
        })
      else { continue }
      let quantity = Unit.convert(
        line.float("product_expected_qty_uom"), from: line.reference("product_uom_id"),
        to: move.reference("product_uom"), rounding: .halfUp)
      try MoveQuantity.set(move, to: quantity)
      Move.setPicked([move], true)
    }
    let posting = session.without(ownKeys)
    return try ProductionClose.markDone(
      wizard.records("mrp_production_ids").map { $0.with(posting) })
  }
}
