import Environment
import JSON
import Testing

@testable import OdooSandbox

/// Sends the requests of a recording to a sandbox and compares the answers.
struct Replayer {
  let flow: Flow
  let recording: Recording
  let wire: Wire
  private var setup: PlantSetup
  private let hints: RecordingHints
  private var made: Set<Int> = []
  private var alignedProducts: Set<Int> = []

  init(_ flow: Flow) throws {
    self.flow = flow
    recording = try Recording(flow.name, flow.version)
    wire = try Wire(start: flow.clock, version: flow.version)
    setup = PlantSetup(wire)
    hints = RecordingHints(recording)
    try setup.build(flow)
  }

  /// What differs, by step. Steps without request are left out.
  mutating func run() throws -> [Int: [String]] {
    var result: [Int: [String]] = [:]
    for step in recording.steps where !step.isRemark {
      if let time = flow.clockBefore[step.index] {
        try wire.advance(to: time)
      } else {
        wire.clock.advance(milliseconds: 1)
      }
      guard let request = step.request else { continue }
      try prepare(step)
      let differences = try replay(step, request)
      if !differences.isEmpty { result[step.index] = differences }
    }
    return result
  }

  // MARK: Before a step

  private mutating func prepare(_ step: Recording.Step) throws {
    try run(flow.hidden[step.index])
    for order in flow.orders where !made.contains(order.id) {
      let first = order.before ?? hints.firstStep(mentioning: order.id) ?? 0
      if first <= step.index { try make(order) }
    }
    try run(flow.hiddenAfterOrders[step.index])
    try learnBackorders()
  }

  private mutating func run(_ calls: [Flow.HiddenCall]?) throws {
    for call in calls ?? [] {
      var translation = RequestTranslation(map: setup.map, registry: wire.registry)
      let (positional, keywords) = translation.arguments(
        call.model, call.method, call.arguments, call.keywords)
      let result = try wire.call(call.model, call.method, positional, keywords)
      for (recorded, own) in zip(call.makes, result.arrayValue ?? []) {
        if let own = own.intValue { setup.map.learn(call.model, recorded, Int(own)) }
      }
    }
  }

  /// Backorders that recorded requests use before any recorded answer names them.
  private mutating func learnBackorders() throws {
    let told = flow.orders.filter { !$0.backorders.isEmpty }.map { [$0.id] + $0.backorders }
    for chain in hints.chains + told {
      guard let first = chain.first, let own = setup.map.sandbox("mrp.production", first),
        chain.contains(where: { setup.map.sandbox("mrp.production", $0) == nil })
      else { continue }
      let group = try wire.call(
        "mrp.production", "read", [[.int(Int64(own))], ["procurement_group_id"]])
      let orders = try wire.call(
        "mrp.production", "search",
        [[["procurement_group_id", "=", group[0]?["procurement_group_id"]?[0] ?? 0]]],
        ["order": "backorder_sequence,id"])
      for (recorded, order) in zip(chain, orders.arrayValue ?? []) {
        guard setup.map.sandbox("mrp.production", recorded) == nil, let order = order.intValue
        else { continue }
        setup.map.learn("mrp.production", recorded, Int(order))
        try learnParts(of: .valves(recorded, 0), Int(order))
      }
    }
  }

  private mutating func make(_ order: Flow.Order) throws {
    made.insert(order.id)
    var values: [String: JSONValue] = [
      "product_id": setup.own("product.product", order.product),
      "product_qty": .double(order.quantity),
    ]
    if let unit = order.unit { values["product_uom_id"] = setup.own("uom.uom", unit) }
    values.merge(order.values) { $1 }
    let id = try wire.make("mrp.production", .object(values))
    setup.map.learn("mrp.production", order.id, id)
    if order.isConfirmed { try wire.call("mrp.production", "action_confirm", [[.int(Int64(id))]]) }
    try learnParts(of: order, id)
  }

  /// Ids that recorded requests use before any recorded answer names them.
  private mutating func learnParts(of order: Flow.Order, _ id: Int) throws {
    let moves = try wire.ids(
      "stock.move",
      [
        "|", ["raw_material_production_id", "=", .int(Int64(id))],
        ["production_id", "=", .int(Int64(id))],
      ])
    let named = order.moves.isEmpty ? hints.moves(of: order.id) : order.moves
    for (recorded, own) in zip(named, moves) { setup.map.learn("stock.move", recorded, own) }
    let work = try wire.ids("mrp.workorder", [["production_id", "=", .int(Int64(id))]])
    for (recorded, own) in zip(hints.workOrders(of: order.id) ?? order.workOrders, work) {
      setup.map.learn("mrp.workorder", recorded, own)
    }
    let lines = try wire.ids(
      "stock.move.line", [["move_id.raw_material_production_id", "=", .int(Int64(id))]])
    for (recorded, own) in zip(order.lines, lines) {
      setup.map.learn("stock.move.line", recorded, own)
    }
    for (move, lines) in hints.linesByMove {
      guard let ownMove = setup.map.sandbox("stock.move", move) else { continue }
      let own = try wire.ids("stock.move.line", [["move_id", "=", .int(Int64(ownMove))]])
      for (recorded, line) in zip(lines, own) { setup.map.learn("stock.move.line", recorded, line) }
    }
    let group = try wire.call(
      "mrp.production", "read", [[.int(Int64(id))], ["procurement_group_id"]])
    if let recorded = hints.group(of: order.id),
      let own = group[0]?["procurement_group_id"]?[0]?.intValue
    {
      setup.map.learn("procurement.group", recorded, Int(own))
    }
  }

  // MARK: A step

  private mutating func replay(_ step: Recording.Step, _ request: JSONValue) throws -> [String] {
    guard step.status == 200, request["_http_method"] == nil, step.path == nil else {
      return raw(step, request)
    }
    var body = request
    var (model, method) = ("", request["params"]?["method"]?.stringValue ?? "")
    if let arguments = request["params"]?["args"]?.arrayValue, arguments.count > 5,
      request["params"]?["service"] == "object"
    {
      model = arguments[3].stringValue ?? ""
      method = arguments[4].stringValue ?? ""
      try alignStock(step, model, method)
      body = translated(request, arguments)
    }
    let answer = try wire.send(body)
    if answer["id"] != (body["id"] ?? .null) { return ["id is not echoed"] }
    var comparison = Comparison(
      map: setup.map, isAbridged: step.isAbridged, toleranceSeconds: flow.toleranceSeconds,
      registry: wire.registry)
    comparison.answer(step.response, answer, model: model, method: method)
    setup.map = comparison.map
    return comparison.differences
  }

  private func translated(_ request: JSONValue, _ arguments: [JSONValue]) -> JSONValue {
    var translation = RequestTranslation(map: setup.map, registry: wire.registry)
    let (positional, keywords) = translation.arguments(
      arguments[3].stringValue ?? "", arguments[4].stringValue ?? "",
      arguments[5].arrayValue ?? [], (arguments.count > 6 ? arguments[6].objectValue : nil) ?? [:])
    var arguments = arguments
    arguments[5] = .array(positional)
    if arguments.count > 6 { arguments[6] = .object(keywords) }
    var members = request.objectValue ?? [:]
    var parameters = members["params"]?.objectValue ?? [:]
    parameters["args"] = .array(arguments)
    members["params"] = .object(parameters)
    return .object(members)
  }

  /// Requests that are malformed or go elsewhere.
  private func raw(_ step: Recording.Step, _ request: JSONValue) -> [String] {
    let text = request["_text"]?.stringValue ?? request.text
    let outcome = wire.sandbox.handle(
      .init(
        method: request["_http_method"]?.stringValue ?? "POST", path: step.path ?? "/jsonrpc",
        contentType: step.contentType ?? (request["_http_method"] == nil ? "application/json" : ""),
        body: Array(text.utf8)))
    guard let reply = outcome.reply else { return ["no answer"] }
    var differences: [String] = []
    if reply.status != step.status {
      differences.append("status \(step.status), sandbox \(reply.status)")
    }
    let body = String(decoding: reply.body, as: UTF8.self)
    if let wanted = step.response["_text"]?.stringValue, !Self.isSameText(wanted, body) {
      differences.append("recorded \(wanted), sandbox \(body)")
    }
    if let type = step.response["_content_type"]?.stringValue, type != reply.contentType {
      differences.append("recorded \(type), sandbox \(reply.contentType)")
    }
    return differences
  }

  /// The same text, or JSON that differs in white space alone.
  private static func isSameText(_ one: String, _ other: String) -> Bool {
    if one == other { return true }
    guard let left = try? JSONValue(parsing: one), let right = try? JSONValue(parsing: other) else {
      return false
    }
    return left == right
  }

  /// The first recorded look at the stock of a product says what the database held; only later
  /// looks test.
  private mutating func alignStock(_ step: Recording.Step, _ model: String, _ method: String) throws
  {
    guard model == "stock.quant", method == "read_group" else { return }
    for row in step.response["result"]?.arrayValue ?? [] {
      guard let product = row["product_id"]?[0]?.intValue.map(Int.init),
        alignedProducts.insert(product).inserted, let quantity = row["quantity"]?.numberValue
      else { continue }
      let quants = try wire.ids(
        "stock.quant",
        [
          ["product_id", "=", setup.own("product.product", product)],
          ["location_id", "=", setup.own("stock.location", 8)],
        ])
      var values: [String: JSONValue] = ["quantity": .double(quantity)]
      if let reserved = row["reserved_quantity"] { values["reserved_quantity"] = reserved }
      guard let quant = quants.last else {
        values["product_id"] = setup.own("product.product", product)
        values["location_id"] = setup.own("stock.location", 8)
        _ = try wire.make("stock.quant", .object(values))
        continue
      }
      try wire.call("stock.quant", "write", [[.int(Int64(quant))], .object(values)])
    }
  }
}
