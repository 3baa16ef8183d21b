import JSON

/// Manufacturing orders.
enum Production {
  static let model = Model(
    "mrp.production", "Manufacturing Order", order: "priority desc, date_start asc, id",
    fields: identity + quantities + relations + states,
    methods: [
      "action_confirm": ProductionConfirmation.confirm,
      "action_assign": ProductionConfirmation.assign,
      "do_unreserve": ProductionConfirmation.unreserve,
      "action_cancel": ProductionConfirmation.cancel,
      "button_plan": ProductionPlanning.plan, "button_unplan": ProductionPlanning.unplan,
      "set_qty_producing": ProductionReport.setQuantityProducing,
      "action_generate_serial": ProductionReport.generateLot,
      "button_mark_done": ProductionClose.markDone, "action_split": SplitWizard.open,
    ],
    hooks: .init(
      creating: ProductionCreation.complete, created: ProductionCreation.explode,
      writing: ProductionWriting.write,
      deleting: { _, orders in
        if let done = orders.first(where: { $0.text("state") == "done" }) {
          throw OdooError.user(
            "Cannot delete a manufacturing order in \(done.text("state")) state.")
        }
        try ProductionConfirmation.cancel(orders)
        for order in orders {
          try order.session.delete(order.records("workorder_ids"))
          try order.session.delete(
            order.records("move_raw_ids") + order.records("move_finished_ids"))
        }
      },
      changed: { order, _, names in
        if !names.isDisjoint(with: ["state", "qty_producing", "product_qty"]) {
          order.invalidate("state", "reservation_state")
        }
        if !names.isDisjoint(with: ["qty_producing", "product_qty"]) {
          for work in order.records("workorder_ids") { work.invalidate("duration_expected") }
        }
        if names.contains("reservation_state") {
          for work in order.records("workorder_ids") { work.invalidate("state") }
        }
        if names.contains("date_start") { order.invalidate("date_finished") }
      }),
    access: [
      "access": ["Inventory/User", "Manufacturing/Administrator", "Manufacturing/User"],
      "create": ["Manufacturing/User"], "modify": ["Inventory/User", "Manufacturing/User"],
      "delete": ["Manufacturing/User"],
    ])

  private static let identity: [Field] = [
    .char("name", "Reference"), .char("origin", "Source"),
    .selection("priority", "Priority", ["0": "Normal", "1": "Urgent"]).starting(.text("0")),
    .integer("backorder_sequence", "Backorder Sequence").starting(.integer(0)),
    .many2one("product_id", "Product", "product.product").required,
    .many2one("bom_id", "Bill of Material", "mrp.bom"),
    .many2one("picking_type_id", "Operation Type", "stock.picking.type").required,
    .many2one("procurement_group_id", "Procurement Group", "procurement.group"),
    .many2one("location_src_id", "Components Location", "stock.location").required,
    .many2one("location_dest_id", "Finished Products Location", "stock.location").required,
    .many2one("production_location_id", "Production Location", "stock.location"),
    .many2one("company_id", "Company", "res.company"),
    .many2one("user_id", "Responsible", "res.users").starting { .reference($0.user) },
    .many2one("lot_producing_id", "Lot/Serial Number", "stock.lot"),
    .selection("product_tracking", "Tracking", ["serial": "Serial", "lot": "Lots", "none": "None"])
      .computed { $0.reference("product_id")?.value("tracking") ?? .none },
    .selection(
      "consumption", "Consumption",
      ["flexible": "Allowed", "warning": "Allowed with warning", "strict": "Blocked"]
    ).starting(.text("flexible")),
  ]

  private static let quantities: [Field] = [
    .quantity("product_qty", "Quantity To Produce").required.starting(.float(1)),
    .many2one("product_uom_id", "Product Unit of Measure", "uom.uom").required,
    .quantity("product_uom_qty", "Total Quantity").computed { order in
      .float(
        Unit.convert(
          order.float("product_qty"), from: order.reference("product_uom_id"),
          to: order.reference("product_id")?.reference("uom_id")))
    },
    .quantity("qty_producing", "Quantity Producing").starting(.float(0)),
    .quantity("qty_produced", "Quantity Produced").computed { .float(produced($0)) },
  ]

  private static let relations: [Field] = [
    .one2many("move_raw_ids", "Components", "stock.move", by: "raw_material_production_id") {
      !$0.flag("scrapped")
    },
    .one2many("move_finished_ids", "Finished Products", "stock.move", by: "production_id") {
      !$0.flag("scrapped")
    },
    .one2many("move_byproduct_ids", "Byproducts", "stock.move", by: "production_id") { move in
      !move.flag("scrapped")
        && move.value("product_id") != move.reference("production_id")?.value("product_id")
    },
    .one2many("workorder_ids", "Work Orders", "mrp.workorder", by: "production_id"),
    .one2many("scrap_ids", "Scraps", "stock.scrap", by: "production_id"),
    // One-step manufacturing: components are taken where they lie, there are no transfers.
    .many2many("picking_ids", "Picking associated to this manufacturing order", "stock.move")
      .computed { _ in .references([Int]()) },
  ]

  private static let states: [Field] = [
    .selection(
      "state", "State",
      [
        "draft": "Draft", "confirmed": "Confirmed", "progress": "In Progress",
        "to_close": "To Close", "done": "Done", "cancel": "Cancelled",
      ]
    ).starting(.text("draft")).recomputed { ProductionState.state($0) },
    .selection(
      "reservation_state", "MO Readiness",
      ["confirmed": "Waiting", "assigned": "Ready", "waiting": "Waiting Another Operation"]
    ).recomputed { ProductionState.reservation($0) },
    .char("components_availability", "Component Status").computed { order in
      .optionalText(
        ["available": "Available", "unavailable": "Not Available"][
          ProductionState.availability(order)])
    },
    .selection(
      "components_availability_state", "Components Availability State",
      [
        "available": "Available", "expected": "Expected", "late": "Late",
        "unavailable": "Not Available",
      ]
    ).computed { .optionalText(ProductionState.availability($0)) },
    .boolean("is_locked", "Is Locked").starting(.boolean(true)),
    .boolean("is_planned", "Its Operations are Planned").computed { order in
      .boolean(
        order.records("workorder_ids").contains {
          $0.value("date_start") != .none && $0.value("date_finished") != .none
        })
    },
    .datetime("date_start", "Start").required.starting { .instant($0.second) },
    .datetime("date_finished", "End").recomputed { ProductionState.plannedEnd($0) },
    .datetime("date_deadline", "Deadline"),
  ]

  static func isOpen(_ order: Record) -> Bool { !["done", "cancel"].contains(order.text("state")) }
  static func rounding(_ order: Record) -> Double {
    order.reference("product_uom_id")?.float("rounding") ?? 0.01
  }
  /// The move of the product itself, by-products left out.
  static func finishedMoves(_ order: Record) -> [Record] {
    order.records("move_finished_ids").filter {
      $0.value("product_id") == order.value("product_id")
    }
  }
  /// What is left when the order closes at what is being produced.
  static func quantityToBackorder(_ order: Record) -> Double {
    max(
      0,
      Rounding.round(order.float("product_qty") - order.float("qty_producing"), to: rounding(order))
    )
  }

  private static func produced(_ order: Record) -> Double {
    finishedMoves(order).filter { $0.text("state") != "cancel" && $0.flag("picked") }
      .reduce(0) { $0 + $1.float("quantity") }
  }

  /// After a move changed: the states that depend on it.
  static func invalidate(_ order: Record, afterMoveChanged names: Set<String>) {
    if !names.isDisjoint(with: ["state", "quantity", "picked"]) { order.invalidate("state") }
    if names.contains("state") { order.invalidate("reservation_state") }
  }
}
