/// What moves of manufacturing orders have besides.
enum MoveOfProduction {
  /// How much of the move belongs to one piece of what is still to be produced.
  static func unitFactor(_ move: Record) -> Double {
    guard
      let order = move.reference("raw_material_production_id") ?? move.reference("production_id")
    else { return 1 }
    let open = order.float("product_qty") - order.float("qty_produced")
    return move.float("product_uom_qty") / (open == 0 ? 1 : open)
  }

  /// The move's share of a quantity of finished pieces, rounded to its unit.
  static func share(of move: Record, for quantity: Double) -> Double {
    Rounding.round(quantity * unitFactor(move), to: Move.rounding(move))
  }

  /// Fills in what a move added to an order does not say.
  static func complete(_ values: inout WrittenValues, _ session: Session) {
    guard
      case .value(.reference(let id)) = values["raw_material_production_id"]
        ?? values["production_id"]
    else { return }
    let order = session.record("mrp.production", id)
    let isRaw = values["raw_material_production_id"] != nil
    let defaults: [(String, FieldValue)] = [
      ("name", order.value("name")), ("reference", order.value("name")),
      ("origin", order.value("name")), ("group_id", order.value("procurement_group_id")),
      ("location_id", order.value(isRaw ? "location_src_id" : "production_location_id")),
      ("location_dest_id", order.value(isRaw ? "production_location_id" : "location_dest_id")),
      ("date", order.value(isRaw ? "date_start" : "date_finished")),
    ]
    for (name, value) in defaults where values[name] == nil { values[name] = .value(value) }
    if order.text("state") != "draft", values["additional"] == nil, isRaw {
      values["additional"] = .value(.boolean(true))
    }
  }
}
