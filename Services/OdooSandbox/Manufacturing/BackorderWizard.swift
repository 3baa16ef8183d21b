import JSON

/// The dialog "you produced less than initial demand".
enum BackorderWizard {
  static let model = Model(
    "mrp.production.backorder", "Wizard to mark as done or create back order",
    fields: [
      .many2many("mrp_production_ids", "Productions", "mrp.production"),
      .one2many(
        "mrp_production_backorder_line_ids", "Backorder Confirmation Lines",
        "mrp.production.backorder.line", by: "mrp_production_backorder_id"),
    ],
    methods: ["action_backorder": backorder, "action_close_mo": close],
    displayName: { "mrp.production.backorder,\($0.id)" })

  static let line = Model(
    "mrp.production.backorder.line", "Backorder Confirmation Line",
    fields: [
      .many2one("mrp_production_backorder_id", "MO Backorder", "mrp.production.backorder"),
      .many2one("mrp_production_id", "Manufacturing Order", "mrp.production").required.cascading,
      .boolean("to_backorder", "To Backorder").starting(.boolean(false)),
    ],
    displayName: { "mrp.production.backorder.line,\($0.id)" })

  /// Context keys that belong to the dialog alone.
  private static let ownKeys = [
    "default_mrp_production_ids", "default_mrp_production_backorder_line_ids",
    "always_backorder_mo_ids",
  ]

  private static let backorder: Method = { session, call in
    let wizard = try call.one(session)
    let chosen = wizard.records("mrp_production_backorder_line_ids")
      .filter { $0.flag("to_backorder") }.compactMap { $0.value("mrp_production_id").id }
    let posting = session.without(ownKeys).with([
      "skip_backorder": true, "mo_ids_to_backorder": .array(chosen.map { .int(Int64($0)) }),
    ])
    return try ProductionClose.markDone(
      wizard.records("mrp_production_ids").map { $0.with(posting) })
  }

  private static let close: Method = { session, call in
    let posting = session.without(ownKeys).with(["skip_backorder": true])
    return try ProductionClose.markDone(
      try call.one(session).records("mrp_production_ids").map { $0.with(posting) })
  }
}
