import JSON

/// A plant's store: its locations and operation types.
enum Warehouse {
  static let model = Model(
    "stock.warehouse", "Warehouse",
    fields: [
      .char("name", "Warehouse").required, .char("code", "Short Name").required,
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
      .many2one("view_location_id", "View Location", "stock.location"),
      .many2one("lot_stock_id", "Location Stock", "stock.location"),
      .many2one("wh_input_stock_loc_id", "Input Location", "stock.location"),
      .many2one("wh_qc_stock_loc_id", "Quality Control Location", "stock.location"),
      .many2one("in_type_id", "In Type", "stock.picking.type"),
      .many2one("out_type_id", "Out Type", "stock.picking.type"),
      .many2one("int_type_id", "Internal Type", "stock.picking.type"),
      .many2one("manu_type_id", "Manufacturing Operation Type", "stock.picking.type"),
      .selection(
        "reception_steps", "Incoming Shipments",
        [
          "one_step": "Receive and Store (1 step)", "two_steps": "Receive then Store (2 steps)",
          "three_steps": "Receive, Quality Control, then Store (3 steps)",
        ]
      ).starting(.text("one_step")),
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
      if values["company_id"] == nil {
        values["company_id"] = .value(.reference(session.company))
      }
      if case .value(.text(let code)) = values["code"],
        case .value(let owner)? = values["company_id"],
        session.find("stock.warehouse", "code", .string(code))
          .contains(where: { $0.value("company_id") == owner })
      {
        throw OdooError.constraint(
          "The short name of the warehouse must be unique per company!")
      }
      try checkFirstExtra(session)
      if values["view_location_id"] == nil { addPlaces(&values, session) }
    }))

  /// The first warehouse beside the one that comes with the company switches a feature on, which
  /// only administrators may.
  private static func checkFirstExtra(_ session: Session) throws {
    guard session.search(session.model("stock.warehouse"), .all).count == 1,
      !session.record("res.users", session.user).flag("is_administrator")
    else { return }
    throw OdooError.access(
      "You are not allowed to modify 'Access Groups' (res.groups) records.\n\n"
        + "This operation is allowed for the following groups:\n\t- Administration/Access Rights\n\n"
        + "Contact your administrator to request access if necessary.")
  }

  /// Locations and operation types of a warehouse, by the names of its fields.
  static func addPlaces(
    _ values: inout WrittenValues, _ session: Session, below parent: Record? = nil
  ) {
    guard case .value(.text(let code)) = values["code"],
      case .value(.text(let name)) = values["name"],
      case .value(let company)? = values["company_id"]
    else { return }
    func place(_ name: String, _ above: Record?, _ usage: String) -> Record {
      session.insert(
        "stock.location",
        [
          "name": .text(name), "location_id": .reference(above), "usage": .text(usage),
          "company_id": company,
        ])
    }
    let view = place(code, parent, "view")
    let stock = place("Stock", view, "internal")
    values["view_location_id"] = .value(.reference(view.id))
    values["lot_stock_id"] = .value(.reference(stock.id))
    values["wh_input_stock_loc_id"] = .value(.reference(place("Input", view, "internal").id))
    values["wh_qc_stock_loc_id"] = .value(.reference(place("Quality Control", view, "internal").id))
    for (field, label, kind, letters) in [
      ("in_type_id", "Receipts", "incoming", "IN"),
      ("out_type_id", "Delivery Orders", "outgoing", "OUT"),
      ("int_type_id", "Internal Transfers", "internal", "INT"),
      ("manu_type_id", "Manufacturing", "mrp_operation", "MO"),
    ] {
      let type = session.insert(
        "stock.picking.type",
        [
          "name": .text(label), "code": .text(kind), "sequence_code": .text(letters),
          "prefix": .text("\(code)/\(letters)/"), "warehouse_name": .text(name),
          "company_id": company,
          "default_location_src_id": .reference(stock.id),
          "default_location_dest_id": .reference(stock.id),
        ])
      values[field] = .value(.reference(type.id))
    }
  }
}
