import JSON

/// Taking finished pieces apart again: the components come back in proportion to what was consumed.
enum Unbuild {
  static let model = Model(
    "mrp.unbuild", "Unbuild Order", order: "id desc",
    fields: [
      .char("name", "Reference").starting(.text("New")),
      .many2one("mo_id", "Manufacturing Order", "mrp.production"),
      .many2one("product_id", "Product", "product.product").required,
      .quantity("product_qty", "Quantity").required.starting(.float(1)),
      .many2one("product_uom_id", "Unit of Measure", "uom.uom").required,
      .many2one("lot_id", "Lot/Serial Number", "stock.lot"),
      .many2one("location_id", "Source Location", "stock.location").required,
      .many2one("location_dest_id", "Destination Location", "stock.location").required,
      .selection("state", "Status", ["draft": "Draft", "done": "Done"]).starting(.text("draft")),
      .one2many("produce_line_ids", "Processed Disassembly Lines", "stock.move", by: "unbuild_id"),
      .one2many(
        "consume_line_ids", "Consumed Disassembly Lines", "stock.move", by: "consume_unbuild_id"),
    ],
    methods: ["action_validate": validate, "action_unbuild": validate],
    hooks: .init(creating: complete))

  private static let complete: @Sendable (Session, inout WrittenValues) throws -> Void = {
    session, values in
    let digits = String(session.database.nextNumber("mrp.unbuild"))
    values["name"] = .value(
      .text("UB/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits))
    guard case .value(.reference(let id)) = values["mo_id"] else { return }
    let order = session.record("mrp.production", id)
    for (name, source) in [
      ("product_id", "product_id"), ("product_uom_id", "product_uom_id"),
      ("location_id", "location_dest_id"), ("location_dest_id", "location_src_id"),
    ] where values[name] == nil { values[name] = .value(order.value(source)) }
  }

  /// Posts. On a done record it posts again, as Odoo does.
  private static let validate: Method = { session, call in
    let unbuild = try call.one(session)
    guard unbuild.float("product_qty") > 0 else {
      throw OdooError.user("Unbuild Order product quantity has to be strictly positive.")
    }
    guard let order = unbuild.reference("mo_id"), order.text("state") == "done" else {
      throw OdooError.user("You cannot unbuild a undone manufacturing order.")
    }
    try post(unbuild, order)
    return true
  }

  private static func post(_ unbuild: Record, _ order: Record) throws {
    let share = unbuild.float("product_qty") / order.float("qty_produced")
    guard share.isFinite else {
      throw OdooError.user("You cannot unbuild a undone manufacturing order.")
    }
    var moves: [(move: Record, lot: Record?)] = [
      (
        insert(
          unbuild, "consume_unbuild_id", unbuild.value("product_id"),
          unbuild.value("product_uom_id"),
          unbuild.float("product_qty"), from: unbuild.value("location_id"),
          to: order.value("production_location_id")), unbuild.reference("lot_id")
      )
    ]
    for raw in order.records("move_raw_ids") where raw.text("state") == "done" {
      let quantity = Rounding.round(raw.float("quantity") * share, to: Move.rounding(raw))
      guard quantity > 0 else { continue }
      moves.append(
        (
          insert(
            unbuild, "unbuild_id", raw.value("product_id"), raw.value("product_uom"), quantity,
            from: order.value("production_location_id"), to: unbuild.value("location_dest_id")),
          raw.records("move_line_ids").compactMap { $0.reference("lot_id") }.first
        ))
    }
    for (move, lot) in moves {
      try MoveLine.add(to: move, quantity: move.float("product_uom_qty"), lot: lot)
    }
    try Move.post(moves.map(\.move))
    unbuild.set("state", .text("done"))
  }

  private static func insert(
    _ unbuild: Record, _ link: String, _ product: FieldValue, _ unit: FieldValue,
    _ quantity: Double, from source: FieldValue, to destination: FieldValue
  ) -> Record {
    unbuild.session.insert(
      "stock.move",
      [
        "name": unbuild.value("name"), "reference": unbuild.value("name"),
        link: .reference(unbuild.id), "product_id": product, "product_uom": unit,
        "product_uom_qty": .float(quantity), "location_id": source,
        "location_dest_id": destination, "picked": .boolean(true), "state": .text("confirmed"),
      ])
  }
}
