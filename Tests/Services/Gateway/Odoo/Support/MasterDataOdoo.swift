import Environment
import JSON
import Synchronization
import Values

@testable import GatewayOdoo

/// Master data of an Odoo as far as it can be read: rows with dates in whole seconds, archived ones,
/// those of other companies, deleted ones that are simply gone.
final class MasterDataOdoo: OdooCaller {
  struct State {
    var tables: [String: [Int64: [String: JSONValue]]] = [:]
    var calls: [OdooCall] = []
    /// Calls until one fails; `nil` for never.
    var failsIn: Int?
    var refused: [String: OdooFailure] = [:]
    /// What is done before a call of a model is answered, once.
    var before: [String: @Sendable (MasterDataOdoo) -> Void] = [:]
  }

  let series: Int
  let clock: ManualClock
  let state = Mutex(State())

  init(series: Int = 18, clock: ManualClock) {
    self.series = series
    self.clock = clock
  }

  // MARK: The hands of people

  /// Makes a row, or changes it; at another time than now when it was a long transaction's.
  func put(
    _ model: String, _ id: Int64, _ values: [String: JSONValue], secondsAgo: Int64 = 0
  ) {
    let time = CivilTime(clock.now.advanced(seconds: -secondsAgo))
    state.withLock { state in
      var row = state.tables[model]?[id] ?? [:]
      for (name, value) in values { row[name] = value }
      row["id"] = .int(id)
      row["write_date"] = .string("\(time.dateText) \(time.timeText)")
      state.tables[model, default: [:]][id] = row
    }
  }

  /// Changes a row without a trace in its date.
  func putSilently(_ model: String, _ id: Int64, _ values: [String: JSONValue]) {
    state.withLock { state in
      for (name, value) in values { state.tables[model]?[id]?[name] = value }
    }
  }

  func delete(_ model: String, _ id: Int64) {
    state.withLock { $0.tables[model]?[id] = nil }
  }

  /// Has something done when a model is called next, before it is answered.
  func before(_ model: String, _ body: @escaping @Sendable (MasterDataOdoo) -> Void) {
    state.withLock { $0.before[model] = body }
  }

  func refuse(_ model: String, _ failure: OdooFailure?) {
    state.withLock { $0.refused[model] = failure }
  }

  var callCount: Int { state.withLock { $0.calls.count } }

  /// How often a model's rows were asked for.
  func reads(of model: String) -> Int {
    state.withLock { state in
      state.calls.count { $0.model == model && $0.method == "search_read" }
    }
  }

  // MARK: The interface

  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer {
    let hook = state.withLock { $0.before.removeValue(forKey: call.model) }
    hook?(self)
    let fails = state.withLock { state in
      state.calls.append(call)
      guard let left = state.failsIn else { return false }
      state.failsIn = left > 0 ? left - 1 : nil
      return left == 0
    }
    if fails { throw .outcomeUnknown(.unreachable("gone")) }
    if let failure = state.withLock({ $0.refused[call.model] }) { throw failure }
    switch call.method {
    case "fields_get":
      let there = fields(of: call.model)
      let wanted = (call.arguments[0].arrayValue ?? []).compactMap(\.stringValue)
      let found = wanted.filter(there.contains).map { ($0, JSONValue.object(["type": "char"])) }
      return .result(.object(Dictionary(found, uniquingKeysWith: { first, _ in first })))
    case "search_read": return .result(.array(try rows(call)))
    default: throw .defect(OdooWords(name: "builtins.AttributeError", message: call.method))
    }
  }

  private func rows(_ call: OdooCall) throws(OdooFailure) -> [JSONValue] {
    let context = call.keywords["context"]
    let companies = context?["allowed_company_ids"]?.arrayValue?.compactMap(\.intValue)
    let fields = (call.keywords["fields"]?.arrayValue ?? []).compactMap(\.stringValue)
    let there = self.fields(of: call.model)
    for field in fields where !there.contains(field) {
      throw .defect(OdooWords(name: "builtins.ValueError", message: "Invalid field \(field)"))
    }
    let table = state.withLock { $0.tables[call.model] ?? [:] }
    var rows = table.values.filter { row in
      if let own = row["company"]?.intValue, let companies, !companies.contains(own) {
        return false
      }
      if context?["active_test"]?.boolValue != false, row["active"]?.boolValue == false {
        return false
      }
      return (call.arguments[0].arrayValue ?? []).allSatisfy { Self.holds($0, row) }
    }
    if call.keywords["order"]?.stringValue?.hasPrefix("write_date desc") == true {
      rows.sort { ($0["write_date"]?.stringValue ?? "") > ($1["write_date"]?.stringValue ?? "") }
    } else {
      rows.sort { ($0["id"]?.intValue ?? 0) < ($1["id"]?.intValue ?? 0) }
    }
    if let limit = call.keywords["limit"]?.intValue { rows = Array(rows.prefix(Int(limit))) }
    return rows.map { row in
      let shown = (fields + ["id"]).map { ($0, value(of: $0, in: row)) }
      return .object(Dictionary(shown, uniquingKeysWith: { first, _ in first }))
    }
  }

  /// A many2one comes with the name of what it names.
  private func value(of field: String, in row: [String: JSONValue]) -> JSONValue {
    guard let value = row[field] else { return Self.defaults[field] ?? false }
    guard let model = Self.relations[field], let id = value.intValue else { return value }
    let name = state.withLock { $0.tables[model]?[id]?["name"] }
    return [.int(id), name ?? .string("\(model) \(id)")]
  }

  private static func holds(_ condition: JSONValue, _ row: [String: JSONValue]) -> Bool {
    let value = row[condition[0]?.stringValue ?? ""] ?? false
    let operand = condition[2] ?? .null
    switch condition[1]?.stringValue {
    case "=": return value == operand
    case "in": return operand.arrayValue?.contains(value) == true
    case ">": return (value.numberValue ?? 0) > (operand.numberValue ?? 0)
    case ">=": return (value.stringValue ?? "") >= (operand.stringValue ?? "")
    default: return false
    }
  }

  private static let relations = [
    "category_id": "uom.category", "currency_id": "res.currency",
    "product_tmpl_id": "product.template", "uom_id": "uom.uom", "uom_po_id": "uom.uom",
    "product_uom_id": "uom.uom", "partner_id": "res.partner", "product_id": "product.product",
    "location_id": "stock.location", "warehouse_id": "stock.warehouse",
    "lot_stock_id": "stock.location", "workcenter_id": "mrp.workcenter", "bom_id": "mrp.bom",
    "operation_id": "mrp.routing.workcenter",
  ]

  private static let defaults: [String: JSONValue] = [
    "active": true, "sequence": 1, "time_efficiency": 100.0, "discount": 0.0, "delay": 0,
    "expiration_time": 0, "min_qty": 0.0, "scrap_location": false, "supplier_rank": 0,
    "tracking": "none", "subcontractor_ids": [], "time_cycle": 0.0,
    "bom_product_template_attribute_value_ids": [],
  ]

  private func fields(of model: String) -> Set<String> {
    let own: [String] =
      switch model {
      case "uom.uom":
        ["category_id", "uom_type", "factor", "factor_inv", "rounding", "active"]
      case "res.partner": ["ref", "vat", "active", "country_code", "supplier_rank"]
      case "product.product":
        [
          "default_code", "tracking", "type", "uom_id", "uom_po_id", "barcode", "product_tmpl_id",
          "active", "use_expiration_date", "expiration_time",
          series < 18 ? "detailed_type" : "is_storable",
        ]
      case "mrp.workcenter": ["code", "time_efficiency", "active"]
      case "stock.warehouse": ["code", "lot_stock_id", "active"]
      case "stock.location":
        ["complete_name", "usage", "location_id", "warehouse_id", "active", "scrap_location"]
      case "mrp.bom":
        [
          "code", "product_tmpl_id", "product_id", "product_qty", "product_uom_id", "type",
          "sequence", "active", "subcontractor_ids",
        ]
      case "mrp.bom.line", "mrp.bom.byproduct":
        [
          "bom_id", "product_id", "product_qty", "product_uom_id", "sequence", "operation_id",
          "bom_product_template_attribute_value_ids",
        ]
      case "mrp.routing.workcenter":
        ["bom_id", "workcenter_id", "sequence", "time_cycle", "active"]
      case "product.supplierinfo":
        [
          "partner_id", "product_tmpl_id", "product_id", "price", "min_qty", "delay",
          "product_code", "product_name", "currency_id", "date_start", "date_end", "sequence",
          "discount",
        ]
      default: []
      }
    return Set(own + ["id", "name", "write_date"])
  }
}

extension MasterDataOdoo {
  /// A small plant: pieces and kilograms, a valve of steel and screws, two work centres, a warehouse and
  /// a supplier.
  func makePlant() {
    put("res.currency", 1, ["name": "EUR"])
    put("uom.category", 1, ["name": "Unit"])
    put("uom.category", 2, ["name": "Weight"])
    unit(1, "Units", 1, "reference", 1)
    unit(2, "Dozens", 1, "bigger", 1 / 12)
    unit(12, "kg", 2, "reference", 1)
    unit(13, "g", 2, "smaller", 1_000)
    put("res.partner", 9, ["name": "Acme Metals", "ref": "SUP-ACME", "supplier_rank": 1])
    put("res.partner", 20, ["name": "A customer", "ref": "CUST"])
    for (id, code) in [(Int64(6), "RM-STEEL"), (7, "RM-SCREW"), (11, "FG-VALVE")] {
      product(id, code)
    }
    put("mrp.workcenter", 1, ["name": "Cutting", "code": "WC-CUT"])
    put("mrp.workcenter", 2, ["name": "Assembly", "code": false])
    put("stock.warehouse", 1, ["name": "Plant 1", "code": "WH", "lot_stock_id": 8])
    location(7, "WH", "view")
    location(8, "WH/Stock", "internal", parent: 7)
    location(61, "WH/QUARANTINE", "internal", parent: 7)
    bill(1, product: 11, [(6, 2), (7, 4)], steps: [("Cut", 1, 6), ("Assemble", 2, 9)])
    put("product.supplierinfo", 1, Self.price(partner: 9, product: 6))
  }

  func unit(
    _ id: Int64, _ name: String, _ category: Int64, _ type: String, _ factor: Double
  ) {
    put(
      "uom.uom", id,
      [
        "name": .string(name), "category_id": .int(category), "uom_type": .string(type),
        "factor": .double(factor), "factor_inv": .double(1 / factor), "rounding": 0.01,
      ])
  }

  /// A product with a template of its own, whose id is a hundred more.
  func product(_ id: Int64, _ code: String?, unit: Int64 = 1, template: Int64? = nil) {
    put("product.template", template ?? id + 100, ["name": .string("Product \(id)")])
    put(
      "product.product", id,
      [
        "default_code": code.map { .string($0) } ?? false, "name": .string("Product \(id)"),
        "type": "consu", "is_storable": true, "detailed_type": "product", "uom_id": .int(unit),
        "uom_po_id": .int(unit), "product_tmpl_id": .int(template ?? id + 100),
      ])
  }

  func location(_ id: Int64, _ path: String, _ usage: String, parent: Int64? = nil) {
    put(
      "stock.location", id,
      [
        "complete_name": .string(path), "usage": .string(usage),
        "name": .string(path.split(separator: "/").last.map { String($0) } ?? ""),
        "location_id": parent.map { .int($0) } ?? false, "warehouse_id": 1,
      ])
  }

  /// A bill whose lines and steps have ids from a hundred times its own on.
  func bill(
    _ id: Int64, product: Int64, _ lines: [(Int64, Double)], steps: [(String, Int64, Double)] = [],
    code: String? = nil
  ) {
    put(
      "mrp.bom", id,
      [
        "code": code.map { .string($0) } ?? false, "product_tmpl_id": .int(product + 100),
        "product_qty": 1.0, "product_uom_id": 1, "type": "normal",
      ])
    for (index, line) in lines.enumerated() {
      put("mrp.bom.line", id * 100 + Int64(index), Self.line(id, line.0, line.1))
    }
    for (index, step) in steps.enumerated() {
      put(
        "mrp.routing.workcenter", id * 100 + Int64(index),
        [
          "bom_id": .int(id), "name": .string(step.0), "workcenter_id": .int(step.1),
          "sequence": .int(Int64(index)), "time_cycle": .double(step.2),
        ])
    }
  }

  static func line(_ bill: Int64, _ product: Int64, _ quantity: Double) -> [String: JSONValue] {
    [
      "bom_id": .int(bill), "product_id": .int(product), "product_qty": .double(quantity),
      "product_uom_id": 1,
    ]
  }

  static func price(
    partner: Int64, product: Int64, price: Double = 2.8, minimum: Double = 1
  ) -> [String: JSONValue] {
    [
      "partner_id": .int(partner), "product_tmpl_id": .int(product + 100), "price": .double(price),
      "min_qty": .double(minimum), "delay": 5, "product_code": "AC-100", "currency_id": 1,
    ]
  }
}
