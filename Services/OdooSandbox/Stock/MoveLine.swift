import JSON

/// Parts of a move: from where exactly, which lot.
enum MoveLine {
  static let model = Model(
    "stock.move.line", "Product Moves (Stock Move Line)", order: "id",
    fields: [
      .many2one("move_id", "Stock Operation", "stock.move"),
      .many2one("product_id", "Product", "product.product"),
      .many2one("product_uom_id", "Unit of Measure", "uom.uom"),
      .quantity("quantity", "Quantity").starting(.float(0)),
      .boolean("picked", "Picked").starting(.boolean(false)),
      .many2one("lot_id", "Lot/Serial Number", "stock.lot"),
      .char("lot_name", "Lot/Serial Number Name"),
      .many2one("location_id", "From", "stock.location"),
      .many2one("location_dest_id", "To", "stock.location"),
      .selection("state", "Status", Move.states).starting(.text("draft")),
      .datetime("date", "Date").starting { .instant($0.second) },
      .char("reference", "Reference").computed { line in
        line.reference("move_id")?.value("reference") ?? .none
      },
      .many2one("workorder_id", "Work Order", "mrp.workorder"),
      .many2many("consume_line_ids", "Consume Lines", "stock.move.line"),
      .many2many("produce_line_ids", "Produce Lines", "stock.move.line").computed { line in
        .references(Genealogy.produced(from: line))
      },
    ],
    hooks: .init(
      creating: { session, values in complete(&values, session) },
      created: { line, _ in try begin(line) },
      writing: write,
      deleting: { _, lines in
        for line in lines {
          guard line.text("state") != "done" else {
            throw OdooError.user(
              "You can not delete product moves if the picking is done. You can only correct the done quantities."
            )
          }
          reserve(line, -1)
        }
      },
      deleted: { session, rows in
        for id in Set(rows.compactMap { $0["move_id"].id }) {
          let move = session.record("stock.move", id)
          if move.exists { Move.refreshState(move) }
        }
      },
      changed: { line, old, names in
        if names.contains("move_id"), line.exists, line.value("move_id") == .none {
          // An orphan: it keeps its reservation, and nothing gives that back any more.
          line.set("state", .none)
        }
        let moves = [
          line.reference("move_id"),
          old?["move_id"].id.map { line.session.record("stock.move", $0) },
        ]
        for move in Set(moves.compactMap { $0 }) {
          if !names.isDisjoint(with: ["quantity", "move_id", "id", "product_uom_id"]) {
            move.invalidate("quantity")
          }
          if !names.isDisjoint(with: ["picked", "move_id", "id"]) { move.invalidate("picked") }
        }
      }),
    displayName: { $0.reference("product_id")?.displayName ?? "" })

  private static func complete(_ values: inout WrittenValues, _ session: Session) {
    guard case .value(.reference(let id)) = values["move_id"] else { return }
    let move = session.record("stock.move", id)
    for (name, source) in [
      ("product_id", "product_id"), ("product_uom_id", "product_uom"),
      ("location_id", "location_id"), ("location_dest_id", "location_dest_id"),
      ("state", "state"), ("workorder_id", "workorder_id"),
    ] where values[name] == nil { values[name] = .value(move.value(source)) }
    if values["picked"] == nil { values["picked"] = .value(.boolean(move.flag("picked"))) }
  }

  /// Adds a line with the move's own values.
  @discardableResult
  static func add(
    to move: Record, quantity: Double, lot: Record? = nil, location: Record? = nil
  ) throws -> Record {
    var values: WrittenValues = [
      "move_id": .value(.reference(move.id)), "quantity": .value(.float(quantity)),
      "lot_id": .value(.reference(lot)),
    ]
    if let location { values["location_id"] = .value(.reference(location.id)) }
    return try move.session.create(model, values)
  }

  private static func begin(_ line: Record) throws {
    guard let move = line.reference("move_id") else { return }
    if move.text("state") == "done" {
      try transfer(line, factor: 1)
    } else {
      reserve(line, 1)
    }
    // Odoo works the state out anew only where the line takes stock: goods from outside the plant
    // and goods without stock keep theirs.
    if let place = place(line), !Location.bypassesReservation(place.location),
      Product.isStorable(place.product)
    {
      Move.refreshState(move)
    } else {
      Reservation.markLines(of: move)
    }
  }

  private static func write(
    _ session: Session, _ lines: [Record], _ values: WrittenValues,
    _ proceed: (WrittenValues) throws -> Void
  ) throws {
    let moving = ["quantity", "lot_id", "location_id", "location_dest_id", "product_uom_id"]
    let isMoving = moving.contains { values[$0] != nil }
    for line in lines where isMoving { try undo(line) }
    try proceed(values)
    for line in lines where isMoving {
      if line.text("state") == "done" { try transfer(line, factor: 1) } else { reserve(line, 1) }
    }
    for move in Set(lines.compactMap { $0.reference("move_id") }) { Move.refreshState(move) }
  }

  private static func undo(_ line: Record) throws {
    if line.text("state") == "done" { try transfer(line, factor: -1) } else { reserve(line, -1) }
  }

  /// Most lines one call makes for pieces with serial numbers.
  private static let maximumPieces = 10_000.0

  /// How many lines of one piece a quantity needs.
  static func pieces(_ quantity: Double) -> Int {
    Int(min(max(quantity.rounded(.up), 0), maximumPieces))
  }

  /// The line's quantity in the product's unit.
  static func productQuantity(_ line: Record) -> Double {
    Unit.convert(
      line.float("quantity"), from: line.reference("product_uom_id"),
      to: line.reference("product_id")?.reference("uom_id"), rounding: .halfUp)
  }

  static func place(_ line: Record, _ location: String = "location_id") -> Quant.Place? {
    guard let product = line.reference("product_id"), let place = line.reference(location) else {
      return nil
    }
    return Quant.Place(product: product, location: place, lot: line.reference("lot_id"))
  }

  /// Adds the line to the reservations of its place (1), or takes it away (-1).
  static func reserve(_ line: Record, _ factor: Double) {
    guard let place = place(line), line.value("move_id") != .none,
      !["done", "cancel"].contains(line.text("state")),
      !Location.bypassesReservation(place.location), Product.isStorable(place.product)
    else { return }
    let quantity = productQuantity(line)
    if quantity != 0 { Quant.add(place, reserved: factor * quantity) }
  }

  /// Moves the goods (1), or moves them back (-1).
  static func transfer(_ line: Record, factor: Double) throws {
    guard let from = place(line), let to = place(line, "location_dest_id"),
      Product.isStorable(from.product)
    else { return }
    let quantity = factor * productQuantity(line)
    guard quantity != 0 else { return }
    let available = Quant.add(from, quantity: -quantity)
    Quant.add(to, quantity: quantity)
    if available < 0, !Location.bypassesReservation(from.location) {
      try Reservation.free(from, -available, except: line)
    }
  }
}
