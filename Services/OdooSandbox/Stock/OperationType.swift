/// Operation types: what kind of work an order is, where its goods come from and go to.
enum OperationType {
  static let model = Model(
    "stock.picking.type", "Picking Type",
    fields: [
      .char("name", "Operation Type").required,
      .selection(
        "code", "Type of Operation",
        [
          "incoming": "Receipt", "outgoing": "Delivery", "internal": "Internal Transfer",
          "mrp_operation": "Manufacturing",
        ]
      ).required,
      .char("sequence_code", "Sequence Prefix"),
      .char("prefix", "Number Prefix"),
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
      .char("warehouse_name", "Warehouse Name"),
      .many2one("warehouse_id", "Warehouse", "stock.warehouse").computed { type in
        .reference(
          type.session.search(type.session.model("stock.warehouse"), .all)
            .first { $0.value("manu_type_id").id == type.id })
      },
      .many2one("default_location_src_id", "Default Source Location", "stock.location"),
      .many2one("default_location_dest_id", "Default Destination Location", "stock.location"),
      .selection(
        "reservation_method", "Reservation Method",
        ["at_confirm": "At Confirmation", "manual": "Manually", "by_date": "Before scheduled date"]
      ).starting(.text("at_confirm")),
      .selection(
        "create_backorder", "Create Backorder",
        ["ask": "Ask", "always": "Always", "never": "Never"]
      ).starting(.text("ask")),
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    displayName: { type in
      let warehouse = type.text("warehouse_name")
      return warehouse.isEmpty ? type.text("name") : "\(warehouse): \(type.text("name"))"
    })

  /// The next name of a document, for example `WH/MO/00002`.
  static func nextName(_ type: Record) -> String {
    let number = type.session.database.nextNumber("stock.picking.type,\(type.id)")
    let digits = String(number)
    return type.text("prefix") + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
