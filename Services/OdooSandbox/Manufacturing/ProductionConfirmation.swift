import JSON

/// Confirming, reserving, cancelling.
enum ProductionConfirmation {
  static let confirm: Method = { session, call in
    for order in try call.records(session) where order.text("state") == "draft" {
      try confirm(order)
    }
    return true
  }

  static func confirm(_ order: Record) throws {
    if let bom = order.reference("bom_id") { order.set("consumption", bom.value("consumption")) }
    link(order)
    let isReserving = reservesAtConfirmation(order)
    try Move.confirm(order.records("move_raw_ids"), reserving: isReserving)
    try Move.confirm(order.records("move_finished_ids"))
    order.set("state", .text("confirmed"))
  }

  static func reservesAtConfirmation(_ order: Record) -> Bool {
    order.reference("picking_type_id")?.text("reservation_method") == "at_confirm"
  }

  /// Each work order waits for the one before; moves hang on their operation's work order, else on
  /// the last.
  static func link(_ order: Record) {
    let work = order.records("workorder_ids")
    for (before, after) in zip(work, work.dropFirst())
    where !["done", "cancel"].contains(after.text("state")) {
      order.session.touch(after)
      if !after.records("blocked_by_workorder_ids").contains(before) {
        after.set(
          "blocked_by_workorder_ids",
          .references(after.records("blocked_by_workorder_ids") + [before]))
      }
    }
    for move in order.records("move_raw_ids") + order.records("move_byproduct_ids")
    where Move.isOpen(move) {
      let own = work.first {
        move.value("operation_id") != .none
          && $0.value("operation_id") == move.value("operation_id")
      }
      move.set("workorder_id", .reference(own ?? work.last))
    }
  }

  /// Takes moves and work orders that were added to a confirmed order into its course.
  static func adoptAdditions(_ order: Record) throws {
    guard Production.isOpen(order) else { return }
    let added = (order.records("move_raw_ids") + order.records("move_finished_ids"))
      .filter { $0.text("state") == "draft" }
    for move in added { move.set("group_id", order.value("procurement_group_id")) }
    try Move.confirm(added)
    if order.records("workorder_ids").contains(where: {
      !["done", "cancel"].contains($0.text("state"))
    }) {
      link(order)
    }
  }

  static let assign: Method = { session, call in
    for order in try call.records(session) { try Reservation.assign(order.records("move_raw_ids")) }
    return true
  }

  static let unreserve: Method = { session, call in
    for order in try call.records(session) {
      try Reservation.release(order.records("move_raw_ids").filter(Move.isOpen))
    }
    return nil
  }

  static let cancel: Method = { session, call in
    try cancel(try call.records(session))
    return true
  }

  /// Cancels open orders; done ones stay as they are.
  static func cancel(_ orders: [Record]) throws {
    for order in orders where Production.isOpen(order) {
      for work in order.records("workorder_ids") where work.text("state") != "done" {
        work.set("state", .text("cancel"))
      }
      try Move.cancel(
        (order.records("move_raw_ids") + order.records("move_finished_ids")).filter(Move.isOpen))
      order.set("state", .text("cancel"))
    }
  }
}
