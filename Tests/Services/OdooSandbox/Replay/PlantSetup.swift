import JSON

/// Builds the plant of the recordings by ordinary calls, and learns which id stands for which.
struct PlantSetup {
  let wire: Wire
  var map = IDMap()

  init(_ wire: Wire) { self.wire = wire }

  mutating func build(_ flow: Flow) throws {
    for (id, name) in [
      (8, "WH/Stock"), (15, "Virtual Locations/Production"), (16, "Virtual Locations/Scrap"),
    ] {
      map.learn(
        "stock.location", id,
        try wire.ids("stock.location", [["complete_name", "=", .string(name)]])[0])
    }
    for id in [1, 2, 12] { map.learn("uom.uom", id, id) }
    map.learn("res.users", 6, 6)
    map.learn("res.company", 1, 1)
    map.learn("res.partner", 1, 1)
    guard flow.hasPlant else { return }
    map.learn(
      "uom.uom", 27,
      try wire.make(
        "uom.uom",
        ["name": "Box of 25", "category_id": 1, "uom_type": "bigger", "factor_inv": 25.0]))
    try products()
    try bills()
    for product in flow.products { try make(product) }
    for lot in flow.lots { try make(lot) }
    for (product, quantity) in flow.stock.sorted(by: { $0.key < $1.key }) {
      try addStock(product, quantity, lot: nil)
    }
  }

  func own(_ model: String, _ recorded: Int) -> JSONValue {
    .int(Int64(map.sandbox(model, recorded) ?? 0))
  }

  private mutating func products() throws {
    let list: [(Int, String, String, [String: JSONValue])] = [
      (Plant.steel, "RM-STEEL", "Steel blank S355", [:]),
      (Plant.screw, "RM-SCREW", "Screw M4", [:]),
      (Plant.resin, "RM-RESIN", "Resin", ["uom_id": 12, "uom_po_id": 12, "tracking": "lot"]),
      (Plant.valve, "FG-VALVE", "Valve", [:]), (Plant.pump, "FG-PUMP", "Pump", ["tracking": "lot"]),
      (Plant.sensor, "FG-SENSOR", "Sensor", ["tracking": "serial"]),
    ]
    for (id, code, name, more) in list { try make(id, code, name, more) }
  }

  private mutating func make(_ id: Int, _ code: String, _ name: String, _ more: [String: JSONValue])
    throws
  {
    let values: [String: JSONValue] = [
      "type": "consu", "is_storable": true, "default_code": .string(code), "name": .string(name),
    ]
    map.learn(
      "product.product", id,
      try wire.make("product.product", .object(values.merging(more) { $1 })))
  }

  private mutating func bills() throws {
    map.learn(
      "mrp.workcenter", 1,
      try wire.make(
        "mrp.workcenter",
        ["name": "Cutting", "code": "WC-CUT", "costs_hour": 60.0, "time_start": 2, "time_stop": 1]))
    map.learn(
      "mrp.workcenter", 2,
      try wire.make("mrp.workcenter", ["name": "Assembly", "code": "WC-ASY", "costs_hour": 40.0]))
    map.learn(
      "mrp.bom", 1,
      try wire.make(
        "mrp.bom",
        [
          "product_tmpl_id": try template(Plant.valve), "code": "BOM-VALVE-A",
          "bom_line_ids": [line(Plant.steel, 2), line(Plant.screw, 4)],
          "operation_ids": [
            [
              0, 0,
              [
                "name": "Cut", "workcenter_id": own("mrp.workcenter", 1), "time_cycle_manual": 6,
                "sequence": 10,
              ],
            ],
            [
              0, 0,
              [
                "name": "Assemble", "workcenter_id": own("mrp.workcenter", 2),
                "time_cycle_manual": 9, "sequence": 20,
              ],
            ],
          ],
        ]))
    map.learn(
      "mrp.bom", 2,
      try wire.make(
        "mrp.bom",
        [
          "product_tmpl_id": try template(Plant.pump), "code": "BOM-PUMP-A",
          "bom_line_ids": [line(Plant.steel, 1), line(Plant.resin, 3), line(Plant.screw, 8)],
        ]))
  }

  private func template(_ product: Int) throws -> JSONValue {
    try wire.call(
      "product.product", "read", [[own("product.product", product)], ["product_tmpl_id"]])[0]?[
        "product_tmpl_id"]?[0] ?? .null
  }

  private func line(_ product: Int, _ quantity: Double) -> JSONValue {
    [0, 0, ["product_id": own("product.product", product), "product_qty": .double(quantity)]]
  }

  private mutating func make(_ product: Flow.OwnProduct) throws {
    try make(product.id, product.code, product.name, ["is_storable": .bool(product.isStorable)])
    guard let component = product.component else { return }
    let operations: JSONValue =
      product.hasWorkOrder
      ? [
        [
          0, 0,
          [
            "name": "Cut", "workcenter_id": own("mrp.workcenter", 1), "time_cycle_manual": 6,
            "sequence": 10,
          ],
        ]
      ]
      : []
    var lines = [line(component, product.componentQuantity)]
    if let more = product.secondQuantity { lines.append(line(component, more)) }
    if let second = product.second { lines.append(line(second.id, second.quantity)) }
    let byproducts = product.byproduct.map { [line($0.id, $0.quantity)] } ?? []
    _ = try wire.make(
      "mrp.bom",
      [
        "product_tmpl_id": try template(product.id), "type": product.isKit ? "phantom" : "normal",
        "bom_line_ids": .array(lines), "operation_ids": operations,
        "byproduct_ids": .array(byproducts),
      ])
  }

  private mutating func make(_ lot: Flow.Lot) throws {
    map.learn(
      "stock.lot", lot.id,
      try wire.make(
        "stock.lot", ["name": .string(lot.name), "product_id": own("product.product", lot.product)])
    )
    if lot.quantity > 0 {
      try addStock(
        lot.product, lot.quantity, lot: lot.id,
        ["reserved_quantity": .double(lot.reserved), "in_date": .string(lot.since)])
    }
  }

  private func addStock(
    _ product: Int, _ quantity: Double, lot: Int?, _ more: [String: JSONValue] = [:]
  ) throws {
    let values: [String: JSONValue] =
      [
        "product_id": own("product.product", product), "location_id": own("stock.location", 8),
        "lot_id": lot.map { own("stock.lot", $0) } ?? false, "quantity": .double(quantity),
      ]
    _ = try wire.make("stock.quant", .object(values.merging(more) { $1 }))
  }
}
