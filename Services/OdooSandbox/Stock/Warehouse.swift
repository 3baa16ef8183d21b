import JSON

/// A plant's store: its locations and operation types.
enum Warehouse {
  static let model = Model(
    "stock.warehouse", "Warehouse",
    fields: [
      .char("name", "Warehouse").required, .char("code", "Short Name").required,
      .many2one("company_id", "Company", "res.company"),
      .many2one("view_location_id", "View Location", "stock.location"),
      .many2one("lot_stock_id", "Location Stock", "stock.location"),
      .many2one("manu_type_id", "Manufacturing Operation Type", "stock.picking.type"),
      .selection(
        "manufacture_steps", "Manufacture",
        [
          "mrp_one_step": "Manufacture (1 step)",
          "pbm": "Pick components and then manufacture (2 steps)",
          "pbm_sam": "Pick components, manufacture and then store products (3 steps)",
        ]
      ).starting(.text("mrp_one_step")),
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    hooks: .init(creating: { session, values in
      if case .value(.text(let code)) = values["code"],
        !session.find("stock.warehouse", "code", .string(code)).isEmpty
      {
        throw OdooError.constraint(
          "The short name of the warehouse must be unique per company!")
      }
      if values["view_location_id"] == nil { try addPlaces(&values, session) }
    }))

  private static func addPlaces(_ values: inout WrittenValues, _ session: Session) throws {
    guard case .value(.text(let code)) = values["code"],
      case .value(.text(let name)) = values["name"]
    else { return }
    let view = session.insert("stock.location", ["name": .text(code), "usage": .text("view")])
    let stock = session.insert(
      "stock.location", ["name": .text("Stock"), "location_id": .reference(view.id)])
    let type = session.insert(
      "stock.picking.type",
      [
        "name": .text("Manufacturing"), "code": .text("mrp_operation"),
        "sequence_code": .text("MO"), "prefix": .text("\(code)/MO/"),
        "warehouse_name": .text(name), "default_location_src_id": .reference(stock.id),
        "default_location_dest_id": .reference(stock.id),
      ])
    values["view_location_id"] = .value(.reference(view.id))
    values["lot_stock_id"] = .value(.reference(stock.id))
    values["manu_type_id"] = .value(.reference(type.id))
  }
}
