import JSON

/// Counting stock: set what was counted, then apply the difference as a move.
enum QuantCounting {
  /// A count of a product, location and lot that has a quant goes to that quant.
  static let create: Method = { session, call in
    var call = call
    let given = call.take("vals_list") ?? [:]
    let ids = try (given.arrayValue ?? [given]).map { json in
      try create(Conversion.written(json, call.model, session), call.model, session).id
    }
    return given.arrayValue == nil ? .int(Int64(ids[0])) : .array(ids.map { .int(Int64($0)) })
  }

  private static func create(
    _ values: WrittenValues, _ model: Model, _ session: Session
  ) throws -> Record {
    guard session.isSet("inventory_mode"),
      case .value(.reference(let product)) = values["product_id"],
      case .value(.reference(let location)) = values["location_id"]
    else { return try session.create(model, values) }
    var lot: Record?
    if case .value(.reference(let id)) = values["lot_id"] { lot = session.record("stock.lot", id) }
    let place = Quant.Place(
      product: session.record("product.product", product),
      location: session.record("stock.location", location), lot: lot)
    try check(place)
    let quant: Record
    if let found = Quant.gather(place, isStrict: true).first {
      quant = found
    } else {
      quant = try session.create(
        model, values.filter { ["product_id", "location_id", "lot_id"].contains($0.key) })
    }
    quant.set("user_id", .reference(session.user))
    let counts = values.filter { $0.key.hasPrefix("inventory_quantity") }
    try session.write([quant], counts)
    return quant
  }

  private static func check(_ place: Quant.Place) throws {
    guard place.location.text("usage") != "view" else {
      throw OdooError.validation(
        "You cannot take products from or deliver products to a location of type \"view\" "
          + "(\(place.location.displayName)).")
    }
    guard Product.isStorable(place.product) else {
      throw OdooError.validation("Quants cannot be created for consumables or services.")
    }
  }

  static func write(
    _ session: Session, _ quants: [Record], _ given: WrittenValues,
    _ proceed: (WrittenValues) throws -> Void
  ) throws {
    var values = given
    let immediate = values.removeValue(forKey: "inventory_quantity_auto_apply")
    if values["inventory_quantity"] != nil {
      values["inventory_quantity_set"] = .value(.boolean(true))
    }
    try proceed(values)
    if case .value(.float(let counted)) = immediate {
      for quant in quants { try post(quant, counted: counted) }
    }
  }

  static let apply: Method = { session, call in
    for quant in try call.records(session) {
      let counted =
        quant.flag("inventory_quantity_set")
        ? quant.float("inventory_quantity") : quant.float("quantity")
      try post(quant, counted: counted)
    }
    return nil
  }

  /// Posts the difference between what was counted and what the quant says.
  private static func post(_ quant: Record, counted: Double) throws {
    let session = quant.session
    guard let product = quant.reference("product_id"),
      let location = quant.reference("location_id"),
      let loss = session.find("stock.location", "usage", "inventory")
        .first(where: { !$0.flag("scrap_location") })
    else { return }
    let difference = counted - quant.float("quantity")
    let (source, destination) = difference < 0 ? (location, loss) : (loss, location)
    let reason = session.context["inventory_name"]?.stringValue ?? "Product Quantity Updated"
    let who = session.record("res.users", session.user).text("name")
    let name = "\(reason) (\(who))"
    let move = session.insert(
      "stock.move",
      [
        "name": .text(name), "reference": .text(name), "product_id": .reference(product.id),
        "product_uom": product.value("uom_id"), "product_uom_qty": .float(abs(difference)),
        "location_id": .reference(source.id), "location_dest_id": .reference(destination.id),
        "state": .text("confirmed"), "is_inventory": .boolean(true), "picked": .boolean(true),
      ])
    if difference != 0 {
      try MoveLine.add(to: move, quantity: abs(difference), lot: quant.reference("lot_id"))
    }
    try Move.post([move])
    quant.set(["inventory_quantity": .float(0), "inventory_quantity_set": .boolean(false)])
  }
}
