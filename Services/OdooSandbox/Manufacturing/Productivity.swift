import JSON
import Values

/// Time lines of work orders and stoppages of work centres.
enum Productivity {
  static let loss = Model(
    "mrp.workcenter.productivity.loss", "Workcenter Productivity Losses", order: "sequence, id",
    fields: [
      .char("name", "Blocking Reason").required, .integer("sequence", "Sequence"),
      .selection(
        "loss_type", "Effectiveness Category",
        [
          "availability": "Availability", "performance": "Performance", "quality": "Quality",
          "productive": "Productive",
        ]),
    ])

  static let model = Model(
    "mrp.workcenter.productivity", "Workcenter Productivity Log", order: "id desc",
    fields: [
      .many2one("workorder_id", "Work Order", "mrp.workorder"),
      .many2one("workcenter_id", "Work Center", "mrp.workcenter").required,
      .many2one("user_id", "User", "res.users").starting { .reference($0.user) },
      .many2one("loss_id", "Loss Reason", "mrp.workcenter.productivity.loss").required,
      .datetime("date_start", "Start Date").required.starting { .instant($0.second) },
      .datetime("date_end", "End Date"),
      .char("description", "Description"),
      .float("duration", "Duration").computed { .float(minutes($0)) },
    ],
    hooks: .init(changed: { time, old, _ in
      for id in Set([time.value("workorder_id").id, old?["workorder_id"].id].compactMap { $0 }) {
        time.session.record("mrp.workorder", id).invalidate("duration", "duration_unit")
      }
    }),
    displayName: { $0.reference("loss_id")?.displayName ?? "" })

  private static func minutes(_ time: Record) -> Double {
    guard let start = time.instant("date_start"), let end = time.instant("date_end") else {
      return 0
    }
    return Rounding.round(
      Double(end.microseconds - start.microseconds) / 60 / Double(Instant.microsecondsPerSecond),
      decimals: 2)
  }

  private static func lossReason(_ kind: String, _ session: Session) -> FieldValue {
    .reference(session.find(loss.name, "loss_type", .string(kind)).first)
  }

  /// Adds a time line to a work order. Time beyond the expected duration counts as reduced speed.
  static func add(
    to order: Record, from start: Instant, until end: Instant?, isProductive: Bool = true
  ) {
    order.session.insert(
      model.name,
      [
        "workorder_id": .reference(order.id), "workcenter_id": order.value("workcenter_id"),
        "loss_id": lossReason(isProductive ? "productive" : "performance", order.session),
        "date_start": .instant(start), "date_end": .optionalInstant(end),
      ])
  }

  /// Makes the sum of the time lines of a work order what was stated, in minutes.
  static func setTotal(_ order: Record, to minutes: Double) {
    let lines = order.records("time_ids")
    let before = lines.reduce(0) { $0 + $1.float("duration") }
    if minutes > before { lengthen(order, by: minutes - before, total: minutes, before: before) }
    if minutes < before { shorten(lines, by: before - minutes) }
  }

  private static func lengthen(_ order: Record, by more: Double, total: Double, before: Double) {
    let now = order.session.second
    if !["progress", "done"].contains(order.text("state")) {
      order.set("state", .text("progress"))
    }
    let start = now.advanced(minutes: -more)
    let expected = order.float("duration_expected")
    if total <= expected || before >= expected {
      add(to: order, from: start, until: now, isProductive: expected == 0 || total <= expected)
    } else {
      let limit = now.advanced(minutes: expected - total)
      add(to: order, from: start, until: limit)
      add(to: order, from: limit, until: now, isProductive: false)
    }
  }

  private static func shorten(_ lines: [Record], by less: Double) {
    var rest = less
    for line in lines where rest > 0 {
      let duration = line.float("duration")
      if duration <= rest {
        rest -= duration
        line.session.remove(line)
      } else if let end = line.instant("date_end") {
        line.set(
          "date_start", .instant(end.advanced(minutes: rest - duration)))
        rest = 0
      }
    }
  }
}
