import JSON

/// The dialog that splits an open order.
enum SplitWizard {
  static let model = Model(
    "mrp.production.split", "Wizard to Split a Production",
    fields: [
      .many2one("production_id", "Manufacturing Order", "mrp.production"),
      .integer("counter", "Split #").starting(.integer(2)),
      .one2many(
        "production_detailed_vals_ids", "Split Details", "mrp.production.split.line",
        by: "mrp_production_split_id"),
      .quantity("product_qty", "Quantity To Produce").computed {
        $0.reference("production_id")?.value("product_qty") ?? .none
      },
    ],
    methods: ["action_split": split],
    hooks: .init(created: { wizard, values in
      if values["production_detailed_vals_ids"] == nil { addEvenParts(to: wizard) }
    }),
    displayName: { "mrp.production.split,\($0.id)" })

  static let line = Model(
    "mrp.production.split.line", "Split Production Detail",
    fields: [
      .many2one("mrp_production_split_id", "Split Production", "mrp.production.split").required
        .cascading,
      .quantity("quantity", "Quantity To Produce").required,
      .many2one("user_id", "Responsible", "res.users"), .datetime("date", "Schedule Date"),
    ],
    displayName: { "mrp.production.split.line,\($0.id)" })

  /// Most parts an order is cut into: a bound on what one call can make.
  private static let maximumParts = 1_000

  private static func addEvenParts(to wizard: Record) {
    guard let order = wizard.reference("production_id"), wizard.integer("counter") > 0 else {
      return
    }
    let parts = min(wizard.integer("counter"), maximumParts)
    var rest = order.float("product_qty")
    let even = Rounding.round(rest / Double(parts), to: Production.rounding(order))
    for index in 1...parts {
      let quantity = index == parts ? rest : even
      rest = Rounding.round(rest - quantity, to: Production.rounding(order))
      wizard.session.insert(
        line.name,
        [
          "mrp_production_split_id": .reference(wizard.id), "quantity": .float(quantity),
          "user_id": order.value("user_id"), "date": order.value("date_start"),
        ])
    }
  }

  /// What a person is offered.
  static let open: Method = { session, call in
    let orders = try call.records(session)
    guard
      orders.allSatisfy({
        ["draft", "confirmed", "progress", "to_close"].contains($0.text("state"))
      })
    else {
      throw OdooError.user(
        "Only manufacturing orders in either a draft or confirmed state can be split.")
    }
    let order = try call.one(session)
    return ProductionQuestions.dialog(
      id: 407, "Split production", "mrp.action_mrp_production_split", model.name,
      ["default_production_id": .int(Int64(order.id))])
  }

  private static let split: Method = { session, call in
    let wizard = try call.one(session)
    guard let order = wizard.reference("production_id") else { return nil }
    let details = wizard.records("production_detailed_vals_ids")
    var quantities = details.map { $0.float("quantity") }
    let total = quantities.reduce(0, +)
    let comparison = Rounding.compare(order.float("product_qty"), total, Production.rounding(order))
    guard comparison >= 0, Production.isOpen(order), !quantities.isEmpty else {
      throw OdooError.user("Unable to split with more than the quantity to produce.")
    }
    if comparison > 0 { quantities.append(order.float("product_qty") - total) }
    let orders = [order] + (try ProductionSplit.split([(order: order, quantities: quantities)]))
    for (part, detail) in zip(orders, details) {
      try session.write(
        [part],
        ["user_id": .value(detail.value("user_id")), "date_start": .value(detail.value("date"))])
    }
    return nil
  }
}
