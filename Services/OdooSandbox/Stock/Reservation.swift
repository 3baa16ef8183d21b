import JSON

/// Taking stock for moves, and taking it away again.
enum Reservation {
  /// Reserves what is there for moves that wait for it. Picked moves are left alone.
  static func assign(_ moves: [Record]) throws {
    for move in moves
    where ["confirmed", "waiting", "partially_available"].contains(move.text("state")) {
      guard !move.flag("picked") else { continue }
      try assign(move)
    }
  }

  /// Goods that came in let moves that wait for them reserve, the earliest first.
  static func assignWaiting(for incoming: [Record]) throws {
    for move in incoming {
      guard let product = move.reference("product_id"),
        let place = move.reference("location_dest_id")
      else { continue }
      let session = move.session
      let ids = session.database.ids("stock.move", where: "product_id", isOneOf: [product.id]) ?? []
      let waiting = ids.map { session.record("stock.move", $0) }.filter {
        ["confirmed", "partially_available"].contains($0.text("state"))
          && ($0.reference("location_id").map { Hierarchy.ancestors(place).contains($0) } ?? false)
          && ($0.reference("raw_material_production_id").map(
            ProductionConfirmation.reservesAtConfirmation) ?? true)
      }
      try assign(
        waiting.sorted { left, right in
          guard let one = left.instant("date"), let other = right.instant("date"), one != other
          else {
            return left.id < right.id
          }
          return one < other
        })
    }
  }

  private static func assign(_ move: Record) throws {
    guard let product = move.reference("product_id"), let source = move.reference("location_id")
    else {
      return
    }
    let unit = move.reference("product_uom")
    let rounding = unit?.float("rounding") ?? 0.01
    let missing = Rounding.round(
      move.float("product_uom_qty") - move.float("quantity"), to: rounding)
    guard missing > 0 || move.float("product_uom_qty") == 0 else {
      Move.refreshState(move)
      return
    }
    if Location.bypassesReservation(source) || !Product.isStorable(product) {
      if missing > 0 { try addUnbounded(missing, to: move, product) }
      move.set("state", .text("assigned"))
      markLines(of: move)
      return
    }
    let wanted = Unit.convert(
      missing, from: unit, to: product.reference("uom_id"), rounding: .halfUp)
    try take(wanted, for: move, .init(product: product, location: source))
    Move.refreshState(move)
  }

  /// Goods from outside the plant are always there. Serial-numbered pieces get a line each.
  private static func addUnbounded(_ quantity: Double, to move: Record, _ product: Record) throws {
    if product.text("tracking") == "serial" {
      for _ in 0..<MoveLine.pieces(quantity) { try MoveLine.add(to: move, quantity: 1) }
    } else if let line = move.records("move_line_ids").first {
      try line.session.write(
        [line], ["quantity": .value(.float(line.float("quantity") + quantity))])
    } else {
      try MoveLine.add(to: move, quantity: quantity)
    }
  }

  /// Takes from the oldest quants on, as far as they reach.
  private static func take(_ wanted: Double, for move: Record, _ place: Quant.Place) throws {
    let unit = place.product.reference("uom_id")
    var rest = min(wanted, Quant.available(place, isStrict: false))
    for quant in Quant.gather(place, isStrict: false) where rest > 0 {
      let free = quant.float("quantity") - quant.float("reserved_quantity")
      guard free > 0, let location = quant.reference("location_id") else { continue }
      var part = Rounding.round(min(rest, free), decimals: Field.quantityDigits)
      if place.product.text("tracking") == "serial" { part = part.rounded(.down) }
      guard part > 0 else { continue }
      let inMoveUnit = Unit.convert(
        part, from: unit, to: move.reference("product_uom"), rounding: .halfUp)
      try add(inMoveUnit, to: move, location, quant.reference("lot_id"))
      rest = Rounding.round(rest - part, decimals: Field.quantityDigits)
    }
  }

  private static func add(
    _ quantity: Double, to move: Record, _ location: Record, _ lot: Record?
  ) throws {
    let same = move.records("move_line_ids").first {
      $0.value("location_id").id == location.id && $0.value("lot_id").id == lot?.id
        && !$0.flag("picked")
    }
    if let same {
      try same.session.write(
        [same], ["quantity": .value(.float(same.float("quantity") + quantity))])
    } else {
      try MoveLine.add(to: move, quantity: quantity, lot: lot, location: location)
    }
  }

  /// Gives back what is reserved for moves. Picked, done and cancelled ones are left alone.
  static func release(_ moves: [Record]) throws {
    for move in moves {
      switch move.text("state") {
      case "cancel": continue
      case "done":
        if move.flag("scrapped") { continue }
        throw OdooError.user("You cannot unreserve a stock move that has been set to 'Done'.")
      default:
        guard !move.flag("picked") else { continue }
        try move.session.delete(move.records("move_line_ids"))
        Move.refreshState(move)
      }
    }
  }

  /// Takes reservations away from others, the latest first, because the stock they stand on is
  /// gone; then lets them look for other stock.
  static func free(_ place: Quant.Place, _ quantity: Double, except own: Record) throws {
    let session = place.product.session
    let ids = session.database.ids(
      "stock.move.line", where: "product_id", isOneOf: [place.product.id])
    let others = (ids ?? []).sorted(by: >).map { session.record("stock.move.line", $0) }.filter {
      $0.id != own.id && !["done", "cancel"].contains($0.text("state")) && !$0.flag("picked")
        && $0.value("location_id").id == place.location.id
        && $0.value("lot_id").id == place.lot?.id && $0.float("quantity") > 0
    }
    var rest = quantity
    var robbed: [Record] = []
    for line in others where rest > 0 {
      let part = MoveLine.productQuantity(line)
      if let move = line.reference("move_id") { robbed.append(move) }
      if part <= rest {
        rest = Rounding.round(rest - part, decimals: Field.quantityDigits)
        try session.delete([line])
      } else {
        try session.write([line], ["quantity": .value(.float(part - rest))])
        rest = 0
      }
    }
    for move in robbed { Move.refreshState(move) }
    try assign(robbed)
  }

  /// Lines carry the state of their move.
  static func markLines(of move: Record) {
    let state = move.value("state")
    for line in move.records("move_line_ids") { line.set("state", state) }
  }
}
