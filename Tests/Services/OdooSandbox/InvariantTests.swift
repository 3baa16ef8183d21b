import Environment
import JSON
import Testing

@testable import OdooSandbox

@Suite("Whatever people do, the sandbox's books stay consistent")
struct InvariantTests {
  /// Steps of one run: enough for splits of backorders of changed orders.
  private static let stepCount = 120

  @Test(
    "stock, reservations and orders agree after every random step",
    arguments: [UInt64(1), 7, 42, 2026])
  func booksAgree(seed: UInt64) throws {
    let randomness = Randomness(SeededGenerator(seed: seed))
    let wire = try Wire()
    let reply = wire.sandbox.handle(
      .init(method: "POST", path: "/sandbox/sample-plant", contentType: "", body: []))
    let plant = try JSONValue(parsing: try #require(reply.reply).body)
    let totals = try stockTotals(wire)
    var log: [String] = []
    for _ in 0..<Self.stepCount {
      log.append(try step(wire, plant, randomness))
      wire.clock.advance(milliseconds: 700)
      let problems = try problems(wire, totals)
      guard problems.isEmpty else {
        Issue.record("seed \(seed), after \(log.suffix(8)): \(problems)")
        return
      }
    }
  }

  // MARK: What people do

  private func step(_ wire: Wire, _ plant: JSONValue, _ randomness: Randomness) throws -> String {
    let open = try wire.ids(
      "mrp.production", [["state", "in", ["draft", "confirmed", "progress", "to_close"]]])
    guard let order = open.isEmpty ? nil : open[randomness.number(in: 0..<open.count)],
      randomness.number(in: 0..<5) > 0
    else { return try makeOrder(wire, plant, randomness) }
    let id = JSONValue.int(Int64(order))
    let quantity = JSONValue.double(Double(randomness.number(in: 0..<120)) / 10)
    let (model, method, arguments, context): (String, String, [JSONValue], JSONValue) =
      switch randomness.number(in: 0..<9) {
      case 0: ("mrp.production", "action_assign", [[id]], [:])
      case 1: ("mrp.production", "do_unreserve", [[id]], [:])
      case 2: ("mrp.production", "action_cancel", [[id]], [:])
      case 3: ("mrp.production", "write", [[id], ["qty_producing": quantity]], [:])
      case 4: ("mrp.production", "set_qty_producing", [[id]], [:])
      case 5: ("mrp.production", "button_mark_done", [[id]], Self.posting)
      case 6:
        (
          "mrp.production", "button_mark_done", [[id]],
          .object((Self.posting.objectValue ?? [:]).merging(["mo_ids_to_backorder": [id]]) { $1 })
        )
      case 7:
        (
          "stock.move", "write",
          [try firstMove(wire, id), ["quantity": quantity, "picked": true]], [:]
        )
      default: ("mrp.workorder", "button_finish", [try firstWorkOrder(wire, id)], [:])
      }
    // Refusals are answers like any other; the books must agree after them too.
    _ = try wire.send(Wire.body(model, method, arguments, ["context": context]))
    return "\(model).\(method) \(arguments.map(\.text))"
  }

  private static let posting: JSONValue = [
    "skip_backorder": true, "skip_consumption": true, "skip_redirection": true,
  ]

  private func makeOrder(_ wire: Wire, _ plant: JSONValue, _ randomness: Randomness) throws
    -> String
  {
    let items = ["FG-VALVE", "FG-HOUSING"]
    let item = items[randomness.number(in: 0..<items.count)]
    let quantity = randomness.number(in: 1..<3_000)
    let id = try wire.make(
      "mrp.production",
      ["product_id": plant["products"]?[item] ?? .null, "product_qty": .int(Int64(quantity))])
    try wire.call("mrp.production", "action_confirm", [[.int(Int64(id))]])
    return "order \(id): \(quantity) \(item)"
  }

  private func firstMove(_ wire: Wire, _ order: JSONValue) throws -> JSONValue {
    .array(
      try wire.ids("stock.move", [["raw_material_production_id", "=", order]]).prefix(1)
        .map { .int(Int64($0)) })
  }

  private func firstWorkOrder(_ wire: Wire, _ order: JSONValue) throws -> JSONValue {
    .array(
      try wire.ids("mrp.workorder", [["production_id", "=", order]]).prefix(1).map {
        .int(Int64($0))
      })
  }

  // MARK: What must agree

  /// The sum over all places, inside and outside the plant: goods move, they do not come into
  /// being.
  private func stockTotals(_ wire: Wire) throws -> [Int64: Double] {
    try sums(wire, "stock.quant", [], "quantity")
  }

  private func sums(
    _ wire: Wire, _ model: String, _ domain: JSONValue, _ field: String
  ) throws -> [Int64: Double] {
    let groups = try wire.call(
      model, "read_group", [domain, [.string("\(field):sum")], ["product_id"]], ["lazy": false])
    var result: [Int64: Double] = [:]
    for group in groups.arrayValue ?? [] {
      if let product = group["product_id"]?[0]?.intValue {
        result[product] = group[field]?.numberValue
      }
    }
    return result
  }

  private func problems(_ wire: Wire, _ totals: [Int64: Double]) throws -> [String] {
    var problems: [String] = []
    for (product, total) in try stockTotals(wire) where abs(total - (totals[product] ?? 0)) > 0.001
    {
      problems.append(
        "product \(product): \(total) in all places instead of \(totals[product] ?? 0)")
    }
    let reserved = try sums(
      wire, "stock.quant", [["location_id.usage", "=", "internal"]], "reserved_quantity")
    let lines = try sums(
      wire, "stock.move.line",
      [["location_id.usage", "=", "internal"], ["state", "not in", ["done", "cancel"]]], "quantity")
    for product in Set(reserved.keys).union(lines.keys)
    where abs((reserved[product] ?? 0) - (lines[product] ?? 0)) > 0.001 {
      problems.append(
        "product \(product): \(reserved[product] ?? 0) reserved, \(lines[product] ?? 0) on lines")
    }
    return problems + (try openMovesOfClosedOrders(wire))
  }

  private func openMovesOfClosedOrders(_ wire: Wire) throws -> [String] {
    let closed: JSONValue = ["in", ["done", "cancel"]]
    return try ["production_id", "raw_material_production_id"].flatMap { field in
      try wire.ids(
        "stock.move",
        [
          [.string("\(field).state"), closed[0] ?? "in", closed[1] ?? []],
          ["state", "not in", ["done", "cancel"]],
        ]
      ).map { "move \($0) of a closed order is open" }
    }
  }
}
