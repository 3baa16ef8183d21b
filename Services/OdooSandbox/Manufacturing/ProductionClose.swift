import JSON

/// `button_mark_done`: posts what was stated, and asks when something looks odd.
enum ProductionClose {
  static let markDone: Method = { session, call in try markDone(try call.records(session)) }

  static func markDone(_ orders: [Record]) throws -> JSONValue {
    guard let session = orders.first?.session else { return true }
    for order in orders
    where Rounding.isZero(order.float("qty_producing"), Production.rounding(order)) {
      if let question = ProductionQuestions.serials(order) { return question }
      try ProductionReport.stateEverything(order)
    }
    try checkSerials(orders)
    if let question = ProductionQuestions.consumption(orders) { return question }
    switch ProductionQuestions.quantity(orders) {
    case .ask(let question): return question
    case .backorder(let ids):
      let always = session.with([
        "skip_backorder": true, "mo_ids_to_backorder": .array(ids.map { .int(Int64($0)) }),
      ])
      return try post(orders.map { $0.with(always) })
    case .none: return try post(orders)
    }
  }

  private static func checkSerials(_ orders: [Record]) throws {
    for order in orders where order.text("product_tracking") == "serial" {
      guard let lot = order.reference("lot_producing_id"), Production.isOpen(order) else {
        continue
      }
      let isUsed = order.session.find("stock.move.line", "lot_id", .int(Int64(lot.id))).contains {
        $0.text("state") == "done"
          && $0.reference("move_id")?.value("production_id") != FieldValue.none
      }
      if isUsed {
        throw OdooError.user(
          "This serial number for product \(order.reference("product_id")?.text("name") ?? "") has already been produced"
        )
      }
    }
  }

  private static func post(_ orders: [Record]) throws -> JSONValue {
    guard let session = orders.first?.session else { return true }
    let chosen = (session.context["mo_ids_to_backorder"]?.arrayValue ?? [])
      .compactMap { $0.intValue.map(Int.init) }
    let splitting = orders.filter { chosen.contains($0.id) }
    try WorkOrderButtons.finish(orders.flatMap { $0.records("workorder_ids") })
    let backorders = try ProductionSplit.split(splitting)
    for order in orders.filter({ !splitting.contains($0) }) + splitting { try postInventory(order) }
    for order in orders {
      order.set([
        "date_finished": .instant(session.second), "priority": .text("0"),
        "is_locked": .boolean(true), "state": .text("done"),
      ])
      session.touch(order)
      order.invalidate("state", "reservation_state")
    }
    session.flush()
    try Reservation.assignWaiting(
      for: orders.flatMap { $0.records("move_finished_ids") }.filter { $0.text("state") == "done" })
    for order in backorders where ProductionConfirmation.reservesAtConfirmation(order) {
      try Reservation.assign(order.records("move_raw_ids"))
    }
    return answer(backorders, session)
  }

  private static func answer(_ backorders: [Record], _ session: Session) -> JSONValue {
    guard let first = backorders.first, !session.isSet("skip_redirection") else { return true }
    var context = session.context.filter { !$0.key.hasPrefix("default_") }
    for key in context.keys where key.hasPrefix("skip_") { context[key] = false }
    context["mo_ids_to_backorder"] = .null
    var action: [String: JSONValue] = [
      "res_model": "mrp.production", "type": "ir.actions.act_window", "context": .object(context),
    ]
    if backorders.count == 1 {
      action["views"] = [[false, "form"]]
      action["view_mode"] = "form"
      action["res_id"] = .int(Int64(first.id))
    } else {
      action["name"] = "Backorder MO"
      action["domain"] = [["id", "in", .array(backorders.map { .int(Int64($0.id)) })]]
      action["views"] = [[false, "list"], [false, "form"]]
      action["view_mode"] = "list,form"
    }
    return .object(action)
  }

  /// Posts the picked components and the finished goods. A done or cancelled order has nothing to
  /// post.
  private static func postInventory(_ order: Record) throws {
    let raw = order.records("move_raw_ids").filter(Move.isOpen)
    let finished = order.records("move_finished_ids").filter(Move.isOpen)
    guard Production.isOpen(order) || !raw.isEmpty || !finished.isEmpty else { return }
    for work in order.records("workorder_ids")
    where work.text("state") != "cancel" && work.float("duration") == 0 {
      Productivity.setTotal(work, to: work.float("duration_expected"))
    }
    try Move.post(raw)
    try setFinished(order, finished)
    try Move.post(finished)
    let consumed = order.records("move_raw_ids").filter { $0.text("state") == "done" }
      .flatMap { $0.records("move_line_ids") }.sorted { $0.id < $1.id }
    for line in finished.flatMap({ $0.records("move_line_ids") }) {
      line.set("consume_line_ids", .references(consumed))
    }
  }

  private static func setFinished(_ order: Record, _ moves: [Record]) throws {
    let rest = order.float("qty_producing") - order.float("qty_produced")
    for move in moves {
      if move.value("product_id") == order.value("product_id") {
        try MoveQuantity.set(move, to: Rounding.round(rest, to: Production.rounding(order)))
        if let lot = order.reference("lot_producing_id") {
          for line in move.records("move_line_ids") {
            try order.session.write([line], ["lot_id": .value(.reference(lot.id))])
          }
        }
      } else if !move.flag("picked") {
        // By-products that nobody stated come along to scale.
        try MoveQuantity.set(move, to: MoveOfProduction.share(of: move, for: rest))
      }
    }
    Move.setPicked(moves, true)
  }
}
