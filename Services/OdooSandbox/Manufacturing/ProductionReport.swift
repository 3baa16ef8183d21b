import JSON

/// Stating what is being produced, and the consumption that belongs to it.
enum ProductionReport {
  /// `set_qty_producing`: one order; consumption by the bill of materials.
  static let setQuantityProducing: Method = { session, call in
    try setConsumption(try call.one(session))
    return nil
  }

  static func setConsumption(_ order: Record) throws {
    if order.text("product_tracking") == "serial", order.float("qty_producing") != 0 {
      order.set("qty_producing", .float(1))
    }
    let open = order.float("qty_producing") - order.float("qty_produced")
    for move in order.records("move_raw_ids") + order.records("move_byproduct_ids") {
      // What was set by hand on a component with manual consumption stays.
      if move.flag("manual_consumption") && move.flag("picked") { continue }
      guard Move.isOpen(move), move.float("product_uom_qty") != 0 else { continue }
      try MoveQuantity.set(move, to: MoveOfProduction.share(of: move, for: open))
      Move.setPicked([move], true)
    }
  }

  /// Nothing was stated: the whole order is.
  static func stateEverything(_ order: Record) throws {
    if order.text("product_tracking") != "none", order.value("lot_producing_id") == .none {
      try giveLot(order)
    }
    let rest = order.float("product_qty") - order.float("qty_produced")
    order.set(
      "qty_producing", .float(order.text("product_tracking") == "serial" ? min(1, rest) : rest))
    try setConsumption(order)
  }

  static let generateLot: Method = { session, call in
    try giveLot(try call.one(session))
    return nil
  }

  private static func giveLot(_ order: Record) throws {
    let lot = try order.session.create(
      order.session.model("stock.lot"), ["product_id": .value(order.value("product_id"))])
    order.set("lot_producing_id", .reference(lot.id))
  }
}
