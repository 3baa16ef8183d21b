import JSON

/// The plant of the demo and of tests: a valve by the piece with two operations, a housing with a
/// component in kilograms, a pump with lots and a sensor with serial numbers.
enum SamplePlant {
  private static let codes = [
    "RM-STEEL", "RM-SCREW", "RM-RESIN", "RM-GRANULATE", "RM-INSERT", "FG-VALVE", "FG-PUMP",
    "FG-SENSOR", "FG-HOUSING",
  ]

  /// Loads the plant, or finds it when it is there already, and answers its ids.
  static func load(_ session: Session) throws -> JSONValue {
    if product("FG-VALVE", session) == nil { try make(session) }
    return describe(session)
  }

  private static func product(_ code: String, _ session: Session) -> Record? {
    let template = session.find("product.template", "default_code", .string(code)).first
    return template?.records("product_variant_ids").first
  }

  private static func make(_ session: Session) throws {
    try products(session)
    let cutting = try center("Cutting", "WC-CUT", setup: 2, cleanup: 1, session)
    let assembly = try center("Assembly", "WC-ASY", session)
    let moulding = try center("Moulding", "WC-MLD", session)
    try bill(
      "FG-VALVE", [("RM-STEEL", 2), ("RM-SCREW", 4)],
      [("Cut", cutting, 6), ("Assemble", assembly, 9)], session)
    try bill(
      "FG-HOUSING", [("RM-GRANULATE", 0.35), ("RM-INSERT", 2)], [("Mould", moulding, 1.5)], session)
    try bill("FG-PUMP", [("RM-STEEL", 1), ("RM-RESIN", 3), ("RM-SCREW", 8)], [], session)
    try bill("FG-SENSOR", [("RM-RESIN", 1), ("RM-SCREW", 2)], [], session)
    try stock(session)
  }

  private static func products(_ session: Session) throws {
    let kilogram = session.database.externalIDs["uom.product_uom_kgm"]?.id ?? 0
    let list: [(String, String, String, Bool)] = [
      ("RM-STEEL", "Steel blank", "none", false), ("RM-SCREW", "Screw M4", "none", false),
      ("RM-RESIN", "Resin", "lot", true), ("RM-GRANULATE", "Granulate", "none", true),
      ("RM-INSERT", "Threaded insert", "none", false), ("FG-VALVE", "Valve", "none", false),
      ("FG-PUMP", "Pump", "lot", false), ("FG-SENSOR", "Sensor", "serial", false),
      ("FG-HOUSING", "Housing", "none", false),
    ]
    for (code, name, tracking, isWeighed) in list {
      var values: WrittenValues = [
        "name": .value(.text(name)), "default_code": .value(.text(code)),
        "tracking": .value(.text(tracking)),
      ].merging(ProductType.storable(session.database.registry.version)) { $1 }
      if isWeighed { values["uom_id"] = .value(.reference(kilogram)) }
      try session.create(session.model("product.product"), values)
    }
  }

  private static func center(
    _ name: String, _ code: String, setup: Double = 0, cleanup: Double = 0, _ session: Session
  ) throws -> Record {
    try session.create(
      session.model("mrp.workcenter"),
      [
        "name": .value(.text(name)), "code": .value(.text(code)),
        "time_start": .value(.float(setup)), "time_stop": .value(.float(cleanup)),
      ])
  }

  private static func bill(
    _ code: String, _ components: [(String, Double)], _ operations: [(String, Record, Double)],
    _ session: Session
  ) throws {
    guard let finished = product(code, session) else { return }
    let lines = components.map { component, quantity in
      Command.create([
        "product_id": .value(.reference(product(component, session))),
        "product_qty": .value(.float(quantity)),
      ])
    }
    let steps = operations.enumerated().map { index, operation in
      Command.create([
        "name": .value(.text(operation.0)),
        "workcenter_id": .value(.reference(operation.1.id)),
        "time_cycle_manual": .value(.float(operation.2)),
        "sequence": .value(.integer((index + 1) * 10)),
      ])
    }
    try session.create(
      session.model("mrp.bom"),
      [
        "product_tmpl_id": .value(finished.value("product_tmpl_id")),
        "code": .value(.text("BOM-\(code.dropFirst(3))")),
        "bom_line_ids": .commands(lines), "operation_ids": .commands(steps),
      ])
  }

  private static func stock(_ session: Session) throws {
    let warehouse = session.find("stock.warehouse", "code", "WH").first
    guard let place = warehouse?.reference("lot_stock_id") else { return }
    for (code, quantity) in [
      ("RM-STEEL", 20_000.0), ("RM-SCREW", 50_000), ("RM-RESIN", 500), ("RM-GRANULATE", 5_000),
      ("RM-INSERT", 50_000),
    ] {
      guard let goods = product(code, session) else { continue }
      var lot: Record?
      if goods.text("tracking") == "lot" {
        lot = try session.create(
          session.model("stock.lot"),
          ["name": .value(.text("RES-A")), "product_id": .value(.reference(goods.id))])
      }
      Quant.add(.init(product: goods, location: place, lot: lot), quantity: quantity)
    }
  }

  private static func describe(_ session: Session) -> JSONValue {
    func number(_ record: Record?) -> JSONValue { record.map { .int(Int64($0.id)) } ?? .null }
    func numbers(_ model: String, _ code: String) -> JSONValue {
      .object(
        Dictionary(
          session.search(session.model(model), .all).map { ($0.text(code), number($0)) },
          uniquingKeysWith: { first, _ in first }))
    }
    let warehouse = session.find("stock.warehouse", "code", "WH").first
    return [
      "products": .object(
        Dictionary(uniqueKeysWithValues: codes.map { ($0, number(product($0, session))) })),
      "boms": numbers("mrp.bom", "code"), "workCenters": numbers("mrp.workcenter", "code"),
      "units": [
        "Units": .int(Int64(session.database.externalIDs["uom.product_uom_unit"]?.id ?? 0)),
        "kg": .int(Int64(session.database.externalIDs["uom.product_uom_kgm"]?.id ?? 0)),
      ],
      "warehouse": number(warehouse), "warehouseCode": "WH",
      "operationType": number(warehouse?.reference("manu_type_id")),
      "stockLocation": number(warehouse?.reference("lot_stock_id")),
    ]
  }
}
