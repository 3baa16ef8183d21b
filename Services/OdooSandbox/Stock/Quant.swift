import JSON

/// What is where: quantity and reservation per product, location and lot.
enum Quant {
  static let model = Model(
    "stock.quant", "Quants",
    fields: [
      .many2one("product_id", "Product", "product.product").required,
      .many2one("location_id", "Location", "stock.location").required,
      .many2one("lot_id", "Lot/Serial Number", "stock.lot"),
      .quantity("quantity", "Quantity").starting(.float(0)),
      .quantity("reserved_quantity", "Reserved Quantity").starting(.float(0)),
      .quantity("available_quantity", "Available Quantity").computed {
        .float(Rounding.round($0.float("quantity") - $0.float("reserved_quantity"), decimals: 2))
      },
      .datetime("in_date", "Incoming Date").starting { .instant($0.second) },
      .many2one("product_uom_id", "Unit of Measure", "uom.uom").computed {
        $0.reference("product_id")?.value("uom_id") ?? .none
      },
      .quantity("inventory_quantity", "Counted Quantity").starting(.float(0)),
      .quantity("inventory_quantity_auto_apply", "Inventoried Quantity").computed {
        $0.value("quantity")
      },
      .boolean("inventory_quantity_set", "Inventory Quantity Set").starting(.boolean(false)),
      .quantity("inventory_diff_quantity", "Difference").computed {
        .float(
          $0.flag("inventory_quantity_set")
            ? $0.float("inventory_quantity") - $0.float("quantity") : 0)
      },
      .many2one("user_id", "Assigned To", "res.users"),
    ],
    methods: ["create": QuantCounting.create, "action_apply_inventory": QuantCounting.apply],
    hooks: .init(writing: QuantCounting.write),
    displayName: { quant in
      [quant.reference("location_id"), quant.reference("lot_id")]
        .compactMap { $0?.displayName }.joined(separator: " - ")
    })

  /// What to look for.
  struct Place {
    let product: Record
    let location: Record
    var lot: Record?
  }

  /// The quants of a place, oldest first. `isStrict` asks for exactly this location and lot;
  /// otherwise the locations below count too, and no lot means any.
  static func gather(_ place: Place, isStrict: Bool) -> [Record] {
    let session = place.product.session
    let ids =
      session.database.ids("stock.quant", where: "product_id", isOneOf: [place.product.id]) ?? []
    return session.sorted(
      ids.map { session.record("stock.quant", $0) }.filter { quant in
        if isStrict {
          return quant.value("location_id").id == place.location.id
            && quant.value("lot_id").id == place.lot?.id
        }
        guard place.lot == nil || quant.value("lot_id").id == place.lot?.id else { return false }
        return quant.reference("location_id").map(Hierarchy.ancestors)?.contains(place.location)
          ?? false
      }, [SortKey(field: "in_date", isDescending: false)]
    ).map { session.record("stock.quant", $0) }
  }

  /// Quantity less reservation of a place; may be negative.
  static func available(_ place: Place, isStrict: Bool) -> Double {
    Rounding.round(
      gather(place, isStrict: isStrict)
        .reduce(0) { $0 + $1.float("quantity") - $1.float("reserved_quantity") },
      decimals: Field.quantityDigits)
  }

  /// Adds to the quantity or the reservation of exactly this place, and answers what is available
  /// after.
  @discardableResult
  static func add(_ place: Place, quantity: Double = 0, reserved: Double = 0) -> Double {
    let session = place.product.session
    if let quant = gather(place, isStrict: true).first {
      quant.set([
        "quantity": .float(quant.float("quantity") + quantity),
        "reserved_quantity": .float(max(0, quant.float("reserved_quantity") + reserved)),
      ])
    } else {
      session.insert(
        "stock.quant",
        [
          "product_id": .reference(place.product.id), "location_id": .reference(place.location.id),
          "lot_id": .reference(place.lot), "quantity": .float(quantity),
          "reserved_quantity": .float(max(0, reserved)),
        ])
    }
    return available(place, isStrict: true)
  }
}
