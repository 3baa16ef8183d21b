import JSON

/// What writing to an order does besides keeping the values.
enum ProductionWriting {
  static func write(
    _ session: Session, _ orders: [Record], _ values: WrittenValues,
    _ proceed: (WrittenValues) throws -> Void
  ) throws {
    let planned = orders.filter { $0.flag("is_planned") }
    if case .value(.float(let quantity)) = values["product_qty"] {
      try ProductionCreation.checkPositive(quantity)
    }
    if values["date_start"] != nil, orders.contains(where: { !Production.isOpen($0) }) {
      throw OdooError.user(
        "You cannot move a manufacturing order once it is cancelled or done.")
    }
    try proceed(values)
    let isTouchingParts = [
      "move_raw_ids", "move_finished_ids", "move_byproduct_ids", "workorder_ids",
    ]
    .contains { values[$0] != nil }
    for order in orders {
      if case .value(.instant) = values["date_start"] {
        moveStart(order, wasPlanned: planned.contains(order))
      }
      if isTouchingParts, order.text("state") != "draft" {
        try ProductionConfirmation.adoptAdditions(order)
        if planned.contains(order) { ProductionPlanning.plan(order) }
      }
      if order.text("state") == "done" { try correctPosted(order, values) }
    }
  }

  private static func moveStart(_ order: Record, wasPlanned: Bool) {
    if wasPlanned { ProductionPlanning.unplan(order) }
    order.invalidate("date_finished")
    for move in order.records("move_raw_ids") {
      move.set(["date": order.value("date_start"), "date_deadline": order.value("date_start")])
    }
  }

  /// A done order's quantity or lot corrects what was posted.
  private static func correctPosted(_ order: Record, _ values: WrittenValues) throws {
    let moves = Production.finishedMoves(order).filter { $0.text("state") == "done" }
    if case .value(let lot) = values["lot_producing_id"] {
      for line in moves.flatMap({ $0.records("move_line_ids") }) {
        try order.session.write([line], ["lot_id": .value(lot)])
      }
    }
    if case .value(.float(let quantity)) = values["qty_producing"] {
      for move in moves {
        try order.session.write([move], ["quantity": .value(.float(quantity))])
      }
    }
  }
}
