import JSON

/// Stock moves: so much of a product from here to there.
enum Move {
  static let states: KeyValuePairs = [
    "draft": "New", "waiting": "Waiting Another Move", "confirmed": "Waiting Availability",
    "partially_available": "Partially Available", "assigned": "Available", "done": "Done",
    "cancel": "Cancelled",
  ]

  static let model = Model(
    "stock.move", "Stock Move", order: "sequence, id",
    fields: identity + quantities + ofProduction,
    hooks: .init(
      creating: { session, values in complete(&values, session) },
      created: begin,
      writing: write,
      deleting: { _, moves in
        for move in moves { try move.session.delete(move.records("move_line_ids")) }
      },
      changed: { move, _, names in
        if names.contains("state") { Reservation.markLines(of: move) }
        let orders = [
          move.reference("raw_material_production_id"), move.reference("production_id"),
        ].compactMap { $0 }
        for order in orders { Production.invalidate(order, afterMoveChanged: names) }
      }),
    displayName: { move in
      let code = move.reference("product_id")?.text("default_code") ?? ""
      let from = move.reference("location_id")?.text("name") ?? ""
      let to = move.reference("location_dest_id")?.text("name") ?? ""
      return (code.isEmpty ? "" : "\(code): ") + "\(from)>\(to)"
    })

  private static let identity: [Field] = [
    .char("name", "Description").required, .integer("sequence", "Sequence").starting(.integer(10)),
    .char("reference", "Reference"), .char("origin", "Source Document"),
    .selection("state", "Status", states).starting(.text("draft")),
    .datetime("date", "Date Scheduled").starting { .instant($0.second) },
    .datetime("date_deadline", "Deadline"),
    .many2one("product_id", "Product", "product.product").required,
    .many2one("location_id", "Source Location", "stock.location").required,
    .many2one("location_dest_id", "Intermediate Location", "stock.location").required,
    .boolean("scrapped", "Scrapped").starting(.boolean(false)),
    .boolean("is_inventory", "Inventory").starting(.boolean(false)),
    .many2one("group_id", "Procurement Group", "procurement.group"),
    .one2many("move_line_ids", "Move Lines", "stock.move.line", by: "move_id"),
    .many2many("lot_ids", "Serial Numbers", "stock.lot").computed { move in
      var lots: [Record] = []
      for lot in move.records("move_line_ids").compactMap({ $0.reference("lot_id") })
      where !lots.contains(lot) { lots.append(lot) }
      return .references(lots)
    },
  ]

  private static let quantities: [Field] = [
    .quantity("product_uom_qty", "Demand").required.starting(.float(0)),
    .many2one("product_uom", "UoM", "uom.uom").required,
    .quantity("quantity", "Quantity").starting(.float(0)).recomputed { .float(lineQuantity($0)) },
    .boolean("picked", "Picked").starting(.boolean(false)).recomputed { move in
      let lines = move.records("move_line_ids")
      return lines.isEmpty ? nil : .boolean(lines.contains { $0.flag("picked") })
    },
    .quantity("product_qty", "Real Quantity").computed { move in
      .float(
        Unit.convert(
          move.float("product_uom_qty"), from: move.reference("product_uom"),
          to: move.reference("product_id")?.reference("uom_id"), rounding: .halfUp))
    },
  ]

  private static let ofProduction: [Field] = [
    .many2one("raw_material_production_id", "Production Order for components", "mrp.production"),
    .many2one("production_id", "Production Order for finished products", "mrp.production"),
    .many2one("bom_line_id", "BoM Line", "mrp.bom.line"),
    .many2one("operation_id", "Operation To Consume", "mrp.routing.workcenter"),
    .many2one("workorder_id", "Work Order To Consume", "mrp.workorder"),
    .many2one("scrap_id", "Scrap operation", "stock.scrap"),
    .many2one("unbuild_id", "Disassembly Order", "mrp.unbuild"),
    .many2one("consume_unbuild_id", "Consumed Disassembly Order", "mrp.unbuild"),
    .float("cost_share", "Cost Share (%)").starting(.float(0)),
    .boolean("manual_consumption", "Manual Consumption").starting(.boolean(false)),
    .boolean("additional", "Whether the move was added after the production's confirmation")
      .starting(.boolean(false)),
    .float("unit_factor", "Unit Factor").computed { .float(MoveOfProduction.unitFactor($0)) },
    .float("should_consume_qty", "Quantity To Consume").computed { move in
      guard let order = move.reference("raw_material_production_id") else { return .float(0) }
      return .float(
        MoveOfProduction.share(
          of: move, for: order.float("qty_producing") - order.float("qty_produced")))
    },
  ]

  static func rounding(_ move: Record) -> Double {
    move.reference("product_uom")?.float("rounding") ?? 0.01
  }
  static func isOpen(_ move: Record) -> Bool { !["done", "cancel"].contains(move.text("state")) }

  /// The sum of the lines in the move's unit.
  static func lineQuantity(_ move: Record) -> Double {
    let unit = move.reference("product_uom")
    return Rounding.round(
      move.records("move_line_ids").reduce(0) { sum, line in
        sum
          + Unit.convert(
            line.float("quantity"), from: line.reference("product_uom_id"), to: unit, rounding: nil)
      }, to: rounding(move))
  }

  // MARK: Making and writing

  private static func complete(_ values: inout WrittenValues, _ session: Session) {
    if values["product_uom"] == nil, case .value(.reference(let id)) = values["product_id"] {
      values["product_uom"] = .value(session.record("product.product", id).value("uom_id"))
    }
    MoveOfProduction.complete(&values, session)
    // The quantity is the sum of lines; it is set when the move exists.
    values["sandbox_quantity"] = values.removeValue(forKey: "quantity")
  }

  private static func begin(_ move: Record, _ values: WrittenValues) throws {
    if case .value(.float(let quantity)) = values["sandbox_quantity"], quantity != 0 {
      try MoveQuantity.set(move, to: quantity)
    }
    if case .value(.boolean(true)) = values["picked"] { setPicked([move], true) }
  }

  private static func write(
    _ session: Session, _ moves: [Record], _ given: WrittenValues,
    _ proceed: (WrittenValues) throws -> Void
  ) throws {
    var values = given
    let isAnyDone = moves.contains { $0.text("state") == "done" }
    if values["product_uom"] != nil, isAnyDone {
      throw OdooError.user(
        "You cannot change the UoM for a stock move that has been set to 'Done'.")
    }
    let quantity = values.removeValue(forKey: "quantity")
    if quantity != nil, moves.contains(where: { $0.text("state") == "cancel" }) {
      throw OdooError.user("You cannot change a cancelled stock move, create a new line instead.")
    }
    if case .value(.float(let demand)) = values["product_uom_qty"] {
      try MoveQuantity.prepareDemand(moves, demand)
    }
    try proceed(values)
    if case .value(.boolean(let picked)) = values["picked"] { setPicked(moves, picked) }
    if case .value(.float(let number)) = quantity {
      for move in moves { try MoveQuantity.set(move, to: number) }
    }
    for move in moves where values["product_uom_qty"] != nil && move.text("state") != "draft" {
      refreshState(move)
    }
  }

  /// Picked is kept on the lines; a move without lines keeps it itself.
  static func setPicked(_ moves: [Record], _ picked: Bool) {
    for move in moves {
      for line in move.records("move_line_ids") { line.set("picked", .boolean(picked)) }
      move.set("picked", .boolean(picked))
    }
  }

  // MARK: States

  /// What quantity and demand make of an open, confirmed move.
  static func refreshState(_ move: Record) {
    guard isOpen(move) else {
      Reservation.markLines(of: move)
      return
    }
    let quantity = move.float("quantity")
    let comparison = Rounding.compare(quantity, move.float("product_uom_qty"), rounding(move))
    let state =
      comparison >= 0 ? "assigned" : quantity != 0 ? "partially_available" : "confirmed"
    move.set("state", .text(state))
    Reservation.markLines(of: move)
  }

  /// Draft moves become confirmed, and take stock at once where the operation type says so.
  static func confirm(_ moves: [Record], reserving: Bool = true) throws {
    let drafts = moves.filter { $0.text("state") == "draft" }
    for move in drafts {
      move.set("state", .text("confirmed"))
      if move.float("quantity") != 0 { refreshState(move) }
    }
    if reserving { try Reservation.assign(drafts) }
  }

  /// Cancels open moves; posted ones are refused.
  static func cancel(_ moves: [Record]) throws {
    guard !moves.contains(where: { $0.text("state") == "done" && !$0.flag("scrapped") }) else {
      throw OdooError.user(
        "You cannot cancel a stock move that has been set to 'Done'. Create a return in order to reverse the moves which took place."
      )
    }
    for move in moves where move.text("state") != "cancel" && move.text("state") != "done" {
      try move.session.delete(move.records("move_line_ids"))
      move.set(["state": .text("cancel"), "picked": .boolean(false)])
    }
  }

  /// Posts what is picked and cancels the rest.
  static func post(_ moves: [Record]) throws {
    try confirm(moves.filter { $0.float("product_uom_qty") == 0 })
    let open = moves.filter(isOpen)
    for move in open {
      if move.flag("picked") {
        try move.session.delete(move.records("move_line_ids").filter { !$0.flag("picked") })
      }
      if move.float("quantity") <= 0 || !move.flag("picked"), !move.flag("is_inventory") {
        try cancel([move])
      }
    }
    let ready = open.filter { isOpen($0) }
    try nameLots(ready)
    try requireLots(ready)
    for move in ready {
      for line in move.records("move_line_ids") {
        MoveLine.reserve(line, -1)
        line.set(["state": .text("done"), "date": .instant(move.session.second)])
        try MoveLine.transfer(line, factor: 1)
      }
      move.set(["state": .text("done"), "date": .instant(move.session.second)])
    }
  }

  /// Lots given by name are found, or made.
  private static func nameLots(_ moves: [Record]) throws {
    for line in moves.flatMap({ $0.records("move_line_ids") }) {
      guard line.value("lot_id") == .none, case .text(let name) = line.value("lot_name"),
        let product = line.reference("product_id"), product.text("tracking") != "none"
      else { continue }
      let session = line.session
      let known = session.find("stock.lot", "product_id", .int(Int64(product.id)))
        .first { $0.text("name") == name }
      let lot =
        try known
        ?? session.create(
          session.model("stock.lot"),
          ["name": .value(.text(name)), "product_id": .value(.reference(product.id))])
      try session.write([line], ["lot_id": .value(.reference(lot.id))])
    }
  }

  private static func requireLots(_ moves: [Record]) throws {
    var products: [Record] = []
    for line in moves.flatMap({ $0.records("move_line_ids") }) where line.value("lot_id") == .none {
      guard let product = line.reference("product_id"), product.text("tracking") != "none",
        line.float("quantity") != 0, !products.contains(product)
      else { continue }
      products.append(product)
    }
    guard products.isEmpty else {
      throw OdooError.user(
        "You need to supply a Lot/Serial Number for product:\n"
          + products.map { "- \($0.displayName)" }.joined(separator: "\n"))
    }
  }
}
