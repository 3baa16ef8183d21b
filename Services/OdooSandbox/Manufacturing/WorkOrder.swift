import JSON

/// Work orders: one operation of a manufacturing order.
enum WorkOrder {
  static let model = Model(
    "mrp.workorder", "Work Order", order: "sequence, id",
    fields: identity + quantities + times,
    methods: [
      "button_start": WorkOrderButtons.start, "button_pending": WorkOrderButtons.pause,
      "button_finish": WorkOrderButtons.finish,
    ],
    hooks: .init(
      writing: write,
      deleting: { _, orders in
        for order in orders { for time in order.records("time_ids") { time.session.remove(time) } }
      },
      changed: { order, _, names in
        if !names.isDisjoint(with: ["state", "duration_expected"]) {
          order.reference("production_id")?.invalidate("state", "date_finished")
        }
        if names.contains("state") {
          for other in order.reference("production_id")?.records("workorder_ids") ?? []
          where other.records("blocked_by_workorder_ids").contains(order) {
            other.invalidate("state")
          }
        }
        if names.contains("qty_produced") { order.invalidate("duration_unit") }
        if names.contains("blocked_by_workorder_ids") { order.invalidate("state") }
      }),
    displayName: { "\($0.reference("production_id")?.text("name") ?? "") - \($0.text("name"))" })

  private static let identity: [Field] = [
    .char("name", "Work Order").required, .integer("sequence", "Sequence").starting(.integer(100)),
    .many2one("production_id", "Manufacturing Order", "mrp.production").required.cascading,
    .many2one("workcenter_id", "Work Center", "mrp.workcenter").required,
    .many2one("operation_id", "Operation", "mrp.routing.workcenter"),
    .many2one("product_id", "Product", "product.product").computed {
      $0.reference("production_id")?.value("product_id") ?? .none
    },
    .many2one("product_uom_id", "Unit of Measure", "uom.uom").computed {
      $0.reference("production_id")?.value("product_uom_id") ?? .none
    },
    .selection(
      "state", "Status",
      [
        "pending": "Waiting for another WO", "waiting": "Waiting for components", "ready": "Ready",
        "progress": "In Progress", "done": "Finished", "cancel": "Cancelled",
      ]
    ).starting(.text("pending")).recomputed { state($0) },
    .many2many("blocked_by_workorder_ids", "Blocked By", "mrp.workorder"),
    .one2many("move_raw_ids", "Raw Moves", "stock.move", by: "workorder_id") {
      $0.value("raw_material_production_id") != .none
    },
  ]

  private static let quantities: [Field] = [
    .quantity("qty_production", "Original Production Quantity").computed {
      $0.reference("production_id")?.value("product_qty") ?? .none
    },
    .quantity("qty_producing", "Currently Produced Quantity").computed {
      $0.reference("production_id")?.value("qty_producing") ?? .none
    },
    .quantity("qty_produced", "Quantity").starting(.float(0)),
    .quantity("qty_reported_from_previous_wo", "Carried Quantity").starting(.float(0)),
    .quantity("qty_remaining", "Quantity To Be Produced").computed { .float(remaining($0)) },
  ]

  private static let times: [Field] = [
    .datetime("date_start", "Start"), .datetime("date_finished", "End"),
    .float("duration_expected", "Expected Duration", digits: 2).recomputed { order in
      guard !["done", "cancel"].contains(order.text("state")),
        order.float("qty_producing") != order.float("qty_production")
      else { return nil }
      return .float(expectedMinutes(order))
    },
    .one2many("time_ids", "Time", "mrp.workcenter.productivity", by: "workorder_id"),
    .float("duration", "Real Duration").starting(.float(0)).recomputed { order in
      .float(order.records("time_ids").reduce(0) { $0 + $1.float("duration") })
    },
    .float("duration_unit", "Duration Per Unit").starting(.float(0)).recomputed { order in
      .float(
        Rounding.round(order.float("duration") / max(order.float("qty_produced"), 1), decimals: 2))
    },
    .float("costs_hour", "Cost per hour").starting(.float(0)),
    .boolean("is_user_working", "Is the Current User Working").computed { order in
      .boolean(openTimes(order).contains { $0.value("user_id").id == order.session.user })
    },
    .many2one("production_bom_id", "BoM", "mrp.bom").computed {
      $0.reference("production_id")?.value("bom_id") ?? .none
    },
  ]

  static func openTimes(_ order: Record) -> [Record] {
    order.records("time_ids").filter { $0.value("date_end") == .none }
  }

  /// Ready when its components and the work orders before it are.
  private static func state(_ order: Record) -> FieldValue? {
    guard ["pending", "waiting", "ready"].contains(order.text("state")) else { return nil }
    let isFree = order.records("blocked_by_workorder_ids")
      .allSatisfy { ["done", "cancel"].contains($0.text("state")) }
    let isAvailable = order.reference("production_id")?.text("reservation_state") == "assigned"
    return .text(!isFree ? "pending" : isAvailable ? "ready" : "waiting")
  }

  private static func remaining(_ order: Record) -> Double {
    let rounding = order.reference("product_uom_id")?.float("rounding") ?? 0.01
    return max(
      0,
      Rounding.round(
        order.float("qty_production") - order.float("qty_reported_from_previous_wo")
          - order.float("qty_produced"), to: rounding))
  }

  /// Setup and cleanup of the work centre plus the cycles for the quantity in work (or the whole).
  static func expectedMinutes(_ order: Record, quantity given: Double? = nil) -> Double {
    guard let center = order.reference("workcenter_id"),
      let operation = order.reference("operation_id")
    else { return order.float("duration_expected") }
    let producing = order.float("qty_producing")
    let amount = given ?? (producing != 0 ? producing : order.float("qty_production"))
    let pieces = Unit.convert(
      amount, from: order.reference("product_uom_id"),
      to: order.reference("product_id")?.reference("uom_id"))
    let capacity = max(center.float("default_capacity"), 1e-9)
    let cycles = Rounding.round(pieces / capacity, to: 1, .up)
    let efficiency = center.float("time_efficiency") == 0 ? 100 : center.float("time_efficiency")
    return center.float("time_start") + center.float("time_stop")
      + cycles * operation.float("time_cycle") * 100 / efficiency
  }

  private static func write(
    _ session: Session, _ orders: [Record], _ given: WrittenValues,
    _ proceed: (WrittenValues) throws -> Void
  ) throws {
    var values = given
    let duration = values.removeValue(forKey: "duration")
    let producing = values.removeValue(forKey: "qty_producing")
    if values["workcenter_id"] != nil,
      orders.contains(where: { ["done", "cancel"].contains($0.text("state")) })
    {
      throw OdooError.user("You cannot change the workcenter of a work order that is done.")
    }
    try proceed(values)
    for order in orders {
      if values["workcenter_id"] != nil {
        order.set("duration_expected", .float(expectedMinutes(order)))
      }
      if case .value(.float(let minutes)) = duration { Productivity.setTotal(order, to: minutes) }
      if case .value(.float(let quantity)) = producing, quantity != 0,
        let production = order.reference("production_id")
      {
        if production.float("qty_producing") != quantity {
          production.set("qty_producing", .float(quantity))
          try ProductionReport.setConsumption(production)
        }
      }
    }
  }
}
