/// Setting the quantity of a move by setting its lines.
enum MoveQuantity {
  /// Sets the quantity, in the move's unit. More goes on a new line, less is taken from the last
  /// lines.
  static func set(_ move: Record, to quantity: Double) throws {
    let rounding = Move.rounding(move)
    let wanted = Rounding.round(
      Rounding.round(quantity, decimals: Field.quantityDigits), to: rounding)
    let difference = Rounding.round(wanted - Move.lineQuantity(move), to: rounding)
    if difference > 0 {
      try raise(move, by: difference)
    } else if difference < 0 {
      try lower(move, by: -difference)
    }
  }

  private static func raise(_ move: Record, by quantity: Double) throws {
    guard move.reference("product_id")?.text("tracking") == "serial" else {
      try MoveLine.add(to: move, quantity: quantity)
      return
    }
    for _ in 0..<MoveLine.pieces(quantity) { try MoveLine.add(to: move, quantity: 1) }
  }

  /// The lines that came last go first: they were reserved last.
  private static func lower(_ move: Record, by quantity: Double) throws {
    let unit = move.reference("product_uom")
    var rest = quantity
    for line in move.records("move_line_ids").sorted(by: { $0.id > $1.id }) where rest > 0 {
      let lineUnit = line.reference("product_uom_id")
      let inMoveUnit = Unit.convert(line.float("quantity"), from: lineUnit, to: unit, rounding: nil)
      if Rounding.compare(inMoveUnit, rest, Move.rounding(move)) <= 0, line.text("state") != "done"
      {
        try move.session.delete([line])
      } else {
        let left = max(0, inMoveUnit - rest)
        try move.session.write(
          [line],
          [
            "quantity": .value(
              .float(Unit.convert(left, from: unit, to: lineUnit, rounding: .halfUp)))
          ])
      }
      rest = Rounding.round(rest - min(inMoveUnit, rest), to: Move.rounding(move))
    }
  }

  /// Before the demand changes: reservations above it are given back, and what was fully available
  /// is so no more.
  static func prepareDemand(_ moves: [Record], _ demand: Double) throws {
    for move in moves where Move.isOpen(move) {
      if Rounding.compare(move.float("quantity"), demand, Move.rounding(move)) > 0 {
        try Reservation.release([move])
      }
    }
  }

  /// Changes the demand and lets the move look for stock again.
  static func setDemand(_ move: Record, to demand: Double) throws {
    try move.session.write([move], ["product_uom_qty": .value(.float(demand))])
  }
}
