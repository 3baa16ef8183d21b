import JSON

/// Scrap: goods taken out of stock because they are no good.
enum Scrap {
  static let model = Model(
    "stock.scrap", "Scrap", order: "id desc",
    fields: [
      .char("name", "Reference").required.starting(.text("New")),
      .char("origin", "Source Document"),
      .selection("state", "Status", ["draft": "Draft", "done": "Done"]).starting(.text("draft")),
      .many2one("product_id", "Product", "product.product").required,
      .many2one("product_uom_id", "Unit of Measure", "uom.uom").required,
      .quantity("scrap_qty", "Quantity").starting(.float(1)),
      .many2one("lot_id", "Lot/Serial", "stock.lot"),
      .many2one("location_id", "Source Location", "stock.location").required,
      .many2one("scrap_location_id", "Scrap Location", "stock.location").required,
      .many2one("production_id", "Manufacturing Order", "mrp.production"),
      .many2one("workorder_id", "Work Order", "mrp.workorder"),
      .many2many("scrap_reason_tag_ids", "Scrap Reason", "stock.scrap.reason.tag"),
      // Nothing is supplied anew here: the sandbox has no supply rules.
      .boolean("should_replenish", "Replenish Quantities").starting(.boolean(false)),
      // Scrap of transfers: the sandbox has none.
      .many2one("picking_id", "Picking", "stock.move").computed { _ in .none },
      .datetime("date_done", "Date"),
      .one2many("move_ids", "Move", "stock.move", by: "scrap_id"),
    ],
    methods: ["action_validate": validate, "do_scrap": post],
    hooks: .init(creating: { session, values in complete(&values, session) }))

  private static func complete(_ values: inout WrittenValues, _ session: Session) {
    if values["product_uom_id"] == nil, case .value(.reference(let id)) = values["product_id"] {
      values["product_uom_id"] = .value(session.record("product.product", id).value("uom_id"))
    }
    if values["location_id"] == nil {
      var place: FieldValue =
        session.search(session.model("stock.warehouse"), .all).first?.value("lot_stock_id") ?? .none
      if case .value(.reference(let id)) = values["production_id"] {
        place = session.record("mrp.production", id).value("location_src_id")
      }
      values["location_id"] = .value(place)
    }
    if values["scrap_location_id"] == nil {
      let scrap = session.search(session.model("stock.location"), .all)
        .first { $0.flag("scrap_location") }
      values["scrap_location_id"] = .value(.reference(scrap))
    }
  }

  /// One record only. Asks when there is not enough at the location. On a posted scrap it posts
  /// again, as Odoo does.
  private static let validate: Method = { session, call in
    let scrap = try call.one(session)
    guard scrap.float("scrap_qty") > 0 else {
      throw OdooError.user("You can only enter positive quantities.")
    }
    guard isAvailable(scrap) else { return question(scrap) }
    try post(scrap)
    return true
  }

  /// Posts without asking; many records at once.
  private static let post: Method = { session, call in
    for scrap in try call.records(session) { try post(scrap) }
    return true
  }

  private static func isAvailable(_ scrap: Record) -> Bool {
    guard let product = scrap.reference("product_id"), let location = scrap.reference("location_id")
    else { return false }
    guard Product.isStorable(product) else { return true }
    let place = Quant.Place(product: product, location: location, lot: scrap.reference("lot_id"))
    let onHand = Quant.gather(place, isStrict: true).reduce(0) { $0 + $1.float("quantity") }
    return onHand
      >= Unit.convert(
        scrap.float("scrap_qty"), from: scrap.reference("product_uom_id"),
        to: product.reference("uom_id"), rounding: .halfUp)
  }

  private static func post(_ scrap: Record) throws {
    let session = scrap.session
    guard let product = scrap.reference("product_id") else { return }
    if scrap.text("name") == "New" {
      let digits = String(session.database.nextNumber("stock.scrap"))
      scrap.set(
        "name", .text("SP/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits))
    }
    let move = session.insert("stock.move", values(of: scrap, product))
    try MoveLine.add(to: move, quantity: scrap.float("scrap_qty"), lot: scrap.reference("lot_id"))
    try Move.post([move])
    scrap.set(["state": .text("done"), "date_done": .instant(session.second)])
  }

  /// The scrap of a finished product stands among the order's finished moves, that of a component
  /// among its raw moves.
  private static func values(of scrap: Record, _ product: Record) -> [String: FieldValue] {
    var values: [String: FieldValue] = [
      "name": scrap.value("name"), "reference": scrap.value("name"),
      "origin": scrap.value("origin"),
      "product_id": .reference(product.id), "product_uom": scrap.value("product_uom_id"),
      "product_uom_qty": scrap.value("scrap_qty"), "location_id": scrap.value("location_id"),
      "location_dest_id": scrap.value("scrap_location_id"), "scrapped": .boolean(true),
      "scrap_id": .reference(scrap.id), "picked": .boolean(true), "state": .text("confirmed"),
    ]
    if let order = scrap.reference("production_id") {
      let isFinished = order.records("move_finished_ids")
        .contains { $0.reference("product_id") == product }
      values[isFinished ? "production_id" : "raw_material_production_id"] = .reference(order.id)
    }
    return values
  }

  private static func question(_ scrap: Record) -> JSONValue {
    let product = scrap.reference("product_id")
    return [
      "name": .string("\(product?.displayName ?? ""): Insufficient Quantity To Scrap"),
      "view_mode": "form", "res_model": .string(insufficientQuantityWizard.name), "view_id": 888,
      "type": "ir.actions.act_window",
      "context": [
        "default_product_id": .int(Int64(product?.id ?? 0)),
        "default_location_id": .int(Int64(scrap.value("location_id").id ?? 0)),
        "default_scrap_id": .int(Int64(scrap.id)),
        "default_quantity": .double(scrap.float("scrap_qty")),
        "default_product_uom_name": .string(scrap.reference("product_uom_id")?.text("name") ?? ""),
      ],
      "target": "new",
    ]
  }

  static let reason = Model(
    "stock.scrap.reason.tag", "Scrap Reason Tag", order: "sequence, id",
    fields: [
      .char("name", "Name").required, .integer("sequence", "Sequence").starting(.integer(10)),
    ])

  static let insufficientQuantityWizard = Model(
    "stock.warn.insufficient.qty.scrap", "Warn Insufficient Scrap Quantity",
    fields: [
      .many2one("product_id", "Product", "product.product"),
      .many2one("location_id", "Location", "stock.location"),
      .many2one("scrap_id", "Scrap", "stock.scrap"), .quantity("quantity", "Quantity"),
      .char("product_uom_name", "Unit"),
    ],
    methods: [
      "action_done": { session, call in
        if let scrap = try call.one(session).reference("scrap_id") { try post(scrap) }
        return true
      }
    ])
}
