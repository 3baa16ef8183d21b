import JSON

/// Work centres.
enum WorkCenter {
  static let model = Model(
    "mrp.workcenter", "Work Center", order: "sequence, id",
    fields: [
      .char("name", "Work Center").required, .char("code", "Code"),
      .integer("sequence", "Sequence").starting(.integer(1)),
      .float("costs_hour", "Cost per hour").starting(.float(0)),
      // Minutes before and after each job.
      .float("time_start", "Setup Time").starting(.float(0)),
      .float("time_stop", "Cleanup Time").starting(.float(0)),
      .float("time_efficiency", "Time Efficiency").starting(.float(100)),
      .float("oee_target", "OEE Target").starting(.float(90)),
      .float("default_capacity", "Capacity").starting(.float(1)),
      .many2one("resource_calendar_id", "Working Time", "resource.calendar").starting { session in
        .reference(session.search(session.model("resource.calendar"), .all).first)
      },
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
      .one2many("time_ids", "Time Logs", "mrp.workcenter.productivity", by: "workcenter_id"),
      .selection(
        "working_state", "Workcenter Status",
        ["normal": "Normal", "blocked": "Blocked", "done": "In Progress"]
      ).computed { .text(state($0)) },
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    methods: ["unblock": unblock])

  /// Open losses that are not productive time block the centre.
  private static func state(_ center: Record) -> String {
    let open = center.records("time_ids").filter { $0.value("date_end") == .none }
    guard let first = open.first else { return "normal" }
    let kind = first.reference("loss_id")?.text("loss_type") ?? ""
    return ["productive", "performance"].contains(kind) ? "done" : "blocked"
  }

  static func isBlocked(_ center: Record) -> Bool { state(center) == "blocked" }

  private static let unblock: Method = { session, call in
    let center = try call.one(session)
    guard isBlocked(center) else {
      throw OdooError.user("It has already been unblocked.")
    }
    for time in center.records("time_ids") where time.value("date_end") == .none {
      time.set("date_end", .instant(session.second))
    }
    return true
  }
}
