import JSON

/// Starting, pausing and finishing work orders.
enum WorkOrderButtons {
  static let start: Method = { session, call in
    for order in try call.records(session) { try start(order) }
    return nil
  }

  private static func start(_ order: Record) throws {
    let session = order.session
    guard let production = order.reference("production_id"),
      let center = order.reference("workcenter_id")
    else { return }
    if WorkCenter.isBlocked(center) {
      throw OdooError.user("Please unblock the work center to start the work order.")
    }
    if order.flag("is_user_working") { return }
    guard !["done", "cancel"].contains(order.text("state")) else {
      throw OdooError.user("You cannot start a work order that is already done or cancelled")
    }
    if order.float("qty_producing") == 0 {
      production.set("qty_producing", .float(order.float("qty_remaining")))
      try ProductionReport.setConsumption(production)
    }
    Productivity.add(to: order, from: session.second, until: nil)
    if production.text("state") != "progress" {
      production.set("date_start", .instant(session.second))
      production.invalidate("date_finished")
      session.flush()
    }
    guard order.text("state") != "progress" else { return }
    order.set([
      "state": .text("progress"), "date_start": .instant(session.second),
      "date_finished": .instant(
        WorkingHours.end(of: order.float("duration_expected"), from: session.second)),
    ])
  }

  static let pause: Method = { session, call in
    for order in try call.records(session) { endTimes(order) }
    return nil
  }

  private static func endTimes(_ order: Record) {
    for time in WorkOrder.openTimes(order) {
      time.set("date_end", .instant(order.session.second))
    }
  }

  static let finish: Method = { session, call in
    try finish(try call.records(session))
    return true
  }

  /// Finishes open work orders. Those components that hang on them and were not stated are taken as
  /// consumed to scale.
  static func finish(_ orders: [Record]) throws {
    for order in orders where !["done", "cancel"].contains(order.text("state")) {
      try consume(order)
      endTimes(order)
      let session = order.session
      let now = session.second
      let produced = [
        order.float("qty_produced"), order.float("qty_producing"), order.float("qty_production"),
      ].first { $0 != 0 }
      var values: [String: FieldValue] = [
        "qty_produced": .float(produced ?? 0), "state": .text("done"),
        "date_finished": .instant(now),
        "costs_hour": order.reference("workcenter_id")?.value("costs_hour") ?? .none,
      ]
      if order.instant("date_start") == nil {
        // Without a start the order takes its expected time in the calendar, from now on.
        values["date_start"] = .instant(now)
        values["date_finished"] = .instant(
          WorkingHours.end(of: order.float("duration_expected"), from: now))
      }
      order.set(values)
      if let production = order.reference("production_id"),
        production.records("workorder_ids").last == order, Production.isOpen(production)
      {
        production.set("date_finished", .instant(now))
      }
    }
  }

  private static func consume(_ order: Record) throws {
    guard let production = order.reference("production_id") else { return }
    let producing = production.float("qty_producing")
    let quantity =
      producing != 0
      ? producing - production.float("qty_produced") : production.float("product_qty")
    for move in order.records("move_raw_ids") where Move.isOpen(move) && !move.flag("picked") {
      guard move.float("product_uom_qty") != 0 else { continue }
      try MoveQuantity.set(move, to: MoveOfProduction.share(of: move, for: quantity))
      Move.setPicked([move], true)
    }
  }
}
