import Values

/// What moves and work orders make of the states of an order.
enum ProductionState {
  /// `nil` keeps the state: nothing leads back to confirmed.
  static func state(_ order: Record) -> FieldValue? {
    let current = order.text("state")
    let finished = order.records("move_finished_ids").map { $0.text("state") }
    let raw = order.records("move_raw_ids")
    let work = order.records("workorder_ids").map { $0.text("state") }
    func isOver(_ state: String) -> Bool { state == "done" || state == "cancel" }
    if current == "cancel" || (!finished.isEmpty && finished.allSatisfy { $0 == "cancel" }) {
      return .text("cancel")
    }
    if current == "done"
      || (!raw.isEmpty && raw.allSatisfy { isOver($0.text("state")) }
        && finished.allSatisfy(isOver))
    {
      return .text("done")
    }
    let rounding = Production.rounding(order)
    let producing = order.float("qty_producing")
    if !work.isEmpty && work.allSatisfy(isOver) { return .text("to_close") }
    if work.isEmpty, Rounding.compare(producing, order.float("product_qty"), rounding) >= 0 {
      return .text("to_close")
    }
    let isStarted =
      work.contains { $0 == "progress" || $0 == "done" } || !Rounding.isZero(producing, rounding)
      || raw.contains { $0.flag("picked") }
    return isStarted ? .text("progress") : nil
  }

  /// How the components stand that were neither picked nor are without demand.
  static func reservation(_ order: Record) -> FieldValue? {
    guard !["draft", "done", "cancel"].contains(order.text("state")) else { return FieldValue.none }
    let waiting = order.records("move_raw_ids").filter {
      !$0.flag("picked") && !Rounding.isZero($0.float("product_uom_qty"), Move.rounding($0))
        && Move.isOpen($0)
    }
    let states = waiting.map { $0.text("state") }
    if states.contains("draft") && states.allSatisfy({ $0 == "draft" }) { return FieldValue.none }
    return .text(states.allSatisfy { $0 == "assigned" } ? "assigned" : "confirmed")
  }

  /// `available` when every component is reserved or free in stock; empty for drafts and closed
  /// orders.
  static func availability(_ order: Record) -> String {
    guard ["confirmed", "progress", "to_close"].contains(order.text("state")) else { return "" }
    let isShort = order.records("move_raw_ids").contains { move in
      guard Move.isOpen(move), let product = move.reference("product_id"),
        let location = move.reference("location_id"), Product.isStorable(product)
      else { return false }
      let free = Quant.available(.init(product: product, location: location), isStrict: false)
      let missing = Unit.convert(
        move.float("product_uom_qty") - move.float("quantity"), from: move.reference("product_uom"),
        to: product.reference("uom_id"), rounding: .halfUp)
      return missing > max(0, free)
    }
    return isShort ? "unavailable" : "available"
  }

  /// The start plus the expected minutes of the work orders, or one hour.
  static func plannedEnd(_ order: Record) -> FieldValue? {
    guard let start = order.instant("date_start"), !order.flag("is_planned"),
      order.text("state") != "done"
    else { return nil }
    let minutes = order.records("workorder_ids").reduce(0) { $0 + $1.float("duration_expected") }
    let days = order.reference("bom_id")?.integer("produce_delay") ?? 0
    if days != 0 { return .instant(start.advanced(minutes: Double(days) * 1_440)) }
    return .instant(start.advanced(minutes: minutes == 0 ? 60 : minutes))
  }
}
