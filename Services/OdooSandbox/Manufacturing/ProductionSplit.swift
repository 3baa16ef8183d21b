import JSON

/// Cutting orders into several: backorders, and the split wizard.
enum ProductionSplit {
  /// One order and what is cut off from it.
  private struct Cut {
    let order: Record
    let initial: Double
    var backorders: [Record] = []
  }

  /// Cuts each order after what is being produced, and confirms the rest as a new order.
  static func split(_ orders: [Record]) throws -> [Record] {
    try split(
      orders.map { ($0, [$0.float("qty_producing"), Production.quantityToBackorder($0)]) })
  }

  /// Cuts orders into the given quantities; the first stays with the order. Answers the new orders.
  static func split(_ amounts: [(order: Record, quantities: [Double])]) throws -> [Record] {
    var cuts: [Cut] = []
    for (order, quantities) in amounts {
      var cut = Cut(order: order, initial: order.float("product_qty"))
      cut.backorders = try backorders(of: order, quantities)
      cuts.append(cut)
    }
    for cut in cuts { try splitMoves(cut) }
    for cut in cuts { carryWorkOrders(cut) }
    let all = cuts.flatMap(\.backorders)
    for order in all { try start(order) }
    return all
  }

  // MARK: Orders

  private static func backorders(of order: Record, _ quantities: [Double]) throws -> [Record] {
    if order.integer("backorder_sequence") == 0 { order.set("backorder_sequence", .integer(1)) }
    let base = baseName(order.text("name"))
    let name = "\(base)\(suffix(order.integer("backorder_sequence")))"
    order.set("name", .text(name))
    for move in order.records("move_raw_ids") + order.records("move_finished_ids") {
      move.set(["name": .text(name), "reference": .text(name), "origin": .text(name)])
    }
    let group = order.reference("procurement_group_id")
    var sequence =
      (group?.records("mrp_production_ids") ?? [order])
      .map { $0.integer("backorder_sequence") }.max() ?? 1
    order.set("product_qty", .float(quantities[0]))
    return try quantities.dropFirst().map { quantity in
      try ProductionCreation.checkPositive(quantity)
      sequence += 1
      return copy(order, name: "\(base)\(suffix(sequence))", sequence: sequence, quantity: quantity)
    }
  }

  /// The name without `-001`.
  private static func baseName(_ name: String) -> String {
    let tail = name.suffix(4)
    let isNumbered = tail.count == 4 && tail.first == "-" && tail.dropFirst().allSatisfy(\.isNumber)
    return isNumbered ? String(name.dropLast(4)) : name
  }

  private static func suffix(_ number: Int) -> String {
    let digits = String(number)
    return "-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }

  private static let copiedFields = [
    "product_id", "bom_id", "origin", "priority", "picking_type_id", "procurement_group_id",
    "location_src_id", "location_dest_id", "production_location_id", "company_id", "user_id",
    "consumption", "product_uom_id", "date_start", "date_deadline",
  ]

  private static func copy(
    _ order: Record, name: String, sequence: Int, quantity: Double
  ) -> Record {
    var values: [String: FieldValue] = [
      "name": .text(name), "backorder_sequence": .integer(sequence),
      "product_qty": .float(quantity), "state": .text("draft"),
    ]
    for field in copiedFields { values[field] = order.value(field) }
    let new = order.session.insert("mrp.production", values)
    for work in order.records("workorder_ids") {
      order.session.insert(
        "mrp.workorder",
        [
          "name": work.value("name"), "production_id": .reference(new.id),
          "workcenter_id": work.value("workcenter_id"), "operation_id": work.value("operation_id"),
          "sequence": work.value("sequence"),
        ])
    }
    return new
  }

  private static func start(_ order: Record) throws {
    ProductionConfirmation.link(order)
    try Move.confirm(order.records("move_finished_ids"))
    try Move.confirm(
      order.records("move_raw_ids"),
      reserving: ProductionConfirmation.reservesAtConfirmation(order))
    order.set("state", .text("confirmed"))
  }

  // MARK: Moves

  private static let copiedMoveFields = [
    "product_id", "product_uom", "location_id", "location_dest_id", "group_id", "bom_line_id",
    "operation_id", "cost_share", "manual_consumption", "sequence", "additional", "date",
    "date_deadline",
  ]

  private static func splitMoves(_ cut: Cut) throws {
    let order = cut.order
    let quantity = order.float("product_qty")
    for (link, moves) in [
      ("raw_material_production_id", order.records("move_raw_ids")),
      ("production_id", order.records("move_finished_ids")),
    ] {
      for move in moves {
        let factor = move.float("product_uom_qty") / cut.initial
        move.set("product_uom_qty", .float(quantity * factor))
        for backorder in cut.backorders {
          var values: [String: FieldValue] = [
            link: .reference(backorder.id), "name": backorder.value("name"),
            "reference": backorder.value("name"), "origin": backorder.value("name"),
            "product_uom_qty": .float(backorder.float("product_qty") * factor),
          ]
          for field in copiedMoveFields { values[field] = move.value(field) }
          order.session.insert("stock.move", values)
        }
        try giveBack(move)
      }
    }
  }

  /// A reservation above the smaller demand is given back; what was picked stays.
  private static func giveBack(_ move: Record) throws {
    guard Move.isOpen(move) else { return }
    let demand = move.float("product_uom_qty")
    if !move.flag("picked"),
      Rounding.compare(move.float("quantity"), demand, Move.rounding(move)) > 0
    {
      try MoveQuantity.set(move, to: demand)
    }
    Move.refreshState(move)
  }

  // MARK: Work orders

  /// What a work order did beyond the first order's quantity counts for the backorders, in their
  /// order; one that has nothing left to do is cancelled.
  private static func carryWorkOrders(_ cut: Cut) {
    let originals = cut.order.records("workorder_ids")
    for (index, original) in originals.enumerated() {
      var remaining = max(
        cut.initial - original.float("qty_reported_from_previous_wo")
          - original.float("qty_produced"), 0)
      for backorder in cut.backorders {
        let copies = backorder.records("workorder_ids")
        guard index < copies.count else { continue }
        let copy = copies[index]
        copy.set("duration_expected", .float(WorkOrder.expectedMinutes(copy)))
        copy.set(
          "qty_reported_from_previous_wo",
          .float(max(copy.float("qty_production") - remaining, 0)))
        if remaining > 0 {
          remaining = max(remaining - copy.float("qty_production"), 0)
        } else {
          copy.set("state", .text("cancel"))
        }
      }
    }
  }
}
