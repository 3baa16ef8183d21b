import JSON
import Values

/// Putting work orders into the calendar.
enum ProductionPlanning {
  static let plan: Method = { session, call in
    for order in try call.records(session) {
      if order.text("state") == "draft" { try ProductionConfirmation.confirm(order) }
      plan(order)
    }
    return true
  }

  /// Plans the open work orders one after the other, each in the first gap of its work centre.
  static func plan(_ order: Record) {
    let session = order.session
    let start = order.instant("date_start") ?? session.second
    var earliest = max(start, session.second)
    for work in order.records("workorder_ids") {
      if ["pending", "waiting", "ready"].contains(work.text("state")) {
        let (from, until) = gap(for: work, after: earliest)
        work.set(["date_start": .instant(from), "date_finished": .instant(until)])
      }
      if let end = work.instant("date_finished") { earliest = max(earliest, end) }
    }
    let open = order.records("workorder_ids").filter { $0.text("state") != "cancel" }
    let starts = open.compactMap { $0.instant("date_start") }
    let ends = open.compactMap { $0.instant("date_finished") }
    guard let first = starts.min(), let last = ends.max() else { return }
    order.set(["date_start": .instant(first), "date_finished": .instant(last)])
  }

  /// The first time that fits between the work centre's other planned work orders.
  private static func gap(for work: Record, after start: Instant) -> (Instant, Instant) {
    let session = work.session
    let center = work.value("workcenter_id").id ?? 0
    let others = session.find("mrp.workorder", "workcenter_id", .int(Int64(center)))
      .filter {
        $0.id != work.id && ["pending", "waiting", "ready", "progress"].contains($0.text("state"))
      }
      .compactMap { other -> (Instant, Instant)? in
        guard let from = other.instant("date_start"), let until = other.instant("date_finished")
        else { return nil }
        return (from, until)
      }
      .sorted { $0.0 < $1.0 }
    let minutes = work.float("duration_expected")
    var from = WorkingHours.opening(from: start)
    for (begin, end) in others where begin < WorkingHours.end(of: minutes, from: from) && end > from
    {
      from = WorkingHours.opening(from: end)
    }
    return (from, WorkingHours.end(of: minutes, from: from))
  }

  static let unplan: Method = { session, call in
    for order in try call.records(session) {
      if order.records("workorder_ids").contains(where: { $0.text("state") == "done" }) {
        throw OdooError.user(
          "Some work orders are already done, so you cannot unplan this manufacturing order.\n\nIt’d be a shame to waste all that progress, right?"
        )
      }
      if order.records("workorder_ids").contains(where: { $0.text("state") == "progress" }) {
        throw OdooError.user(
          "Some work orders have already started, so you cannot unplan this manufacturing order.\n\nIt’d be a shame to waste all that progress, right?"
        )
      }
      unplan(order)
    }
    return nil
  }

  static func unplan(_ order: Record) {
    for work in order.records("workorder_ids")
    where ["pending", "waiting", "ready"].contains(work.text("state")) {
      work.set(["date_start": .none, "date_finished": .none])
    }
    order.invalidate("date_finished")
  }
}
