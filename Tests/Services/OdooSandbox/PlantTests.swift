import JSON
import Testing
import Values

@testable import OdooSandbox

@Suite("The sample plant and what the sandbox reports about itself")
struct PlantTests {
  private func plant(_ version: OdooVersion = .v18) throws -> (Wire, JSONValue) {
    let wire = try Wire(version: version)
    let reply = wire.sandbox.handle(
      .init(method: "POST", path: "/sandbox/sample-plant", contentType: "", body: []))
    return (wire, try JSONValue(parsing: try #require(reply.reply).body))
  }

  private func get(_ wire: Wire, _ path: String) throws -> JSONValue {
    let reply = wire.sandbox.handle(.init(method: "GET", path: path, contentType: "", body: []))
    return try JSONValue(parsing: try #require(reply.reply).body)
  }

  private func order(_ wire: Wire, _ plant: JSONValue, _ product: String, _ quantity: Int64) throws
    -> Int
  {
    let id = try wire.make(
      "mrp.production",
      ["product_id": plant["products"]?[product] ?? .null, "product_qty": .int(quantity)])
    try wire.call("mrp.production", "action_confirm", [[.int(Int64(id))]])
    return id
  }

  @Test("loading the plant twice finds the same plant")
  func loadedOnce() throws {
    let (wire, first) = try plant()
    let reply = wire.sandbox.handle(
      .init(method: "POST", path: "/sandbox/sample-plant", contentType: "", body: []))
    #expect(try JSONValue(parsing: try #require(reply.reply).body) == first)
    #expect(try wire.ids("mrp.bom", []).count == 4)
  }

  @Test("the plant works in either series", arguments: OdooVersion.allCases)
  func eitherSeries(version: OdooVersion) throws {
    let (wire, plant) = try plant(version)
    let id = try order(wire, plant, "FG-VALVE", 3)
    try wire.call("mrp.production", "button_mark_done", [[.int(Int64(id))]])
    let goods = try wire.call(
      "product.product", "read", [[plant["products"]?["FG-VALVE"] ?? .null], ["qty_available"]])
    #expect(goods[0]?["qty_available"] == 3.0)
    let answer = try wire.send(["params": ["service": "common", "method": "version", "args": []]])
    #expect(answer["result"]?["server_serie"] == .string(version.rawValue))
  }

  @Test("a component in kilograms is consumed to two decimals")
  func kilograms() throws {
    let (wire, plant) = try plant()
    let id = try order(wire, plant, "FG-HOUSING", 7)
    try wire.call("mrp.production", "button_mark_done", [[.int(Int64(id))]])
    let moves = try wire.call(
      "stock.move", "search_read", [[["raw_material_production_id", "=", .int(Int64(id))]]],
      ["fields": ["quantity", "state"], "order": "id"])
    #expect(moves[0]?["quantity"] == 2.45)
    #expect(moves[1]?["quantity"] == 14.0)
    #expect(moves[1]?["state"] == "done")
  }

  @Test("an order closed as reported leaves no edit of a posted document")
  func noEdit() throws {
    let (wire, plant) = try plant()
    let id = try order(wire, plant, "FG-VALVE", 10)
    try wire.call("mrp.production", "write", [[.int(Int64(id))], ["qty_producing": 4]])
    try wire.call("mrp.production", "set_qty_producing", [[.int(Int64(id))]])
    try wire.call(
      "mrp.production", "button_mark_done", [[.int(Int64(id))]],
      ["context": ["skip_backorder": true, "mo_ids_to_backorder": [.int(Int64(id))]]])
    #expect(try get(wire, "/sandbox/edits") == ["edits": []])
  }

  @Test(
    "an unguarded write to a closed order is told with before and after; a guarded one leaves nothing"
  )
  func editsAreTold() throws {
    let (wire, plant) = try plant()
    let id = try order(wire, plant, "FG-VALVE", 4)
    try wire.call("mrp.production", "button_mark_done", [[.int(Int64(id))]])
    let move = try wire.ids("stock.move", [["raw_material_production_id", "=", .int(Int64(id))]])[0]
    let guarded = try wire.send(
      Wire.body(
        "mrp.production", "write",
        [
          [.int(Int64(id))],
          [
            "qty_producing": 3,
            "move_raw_ids": [[1, .int(Int64(move)), ["quantity": 6, "product_uom": 1]]],
          ],
        ]))
    #expect(guarded["error"] != nil)
    #expect(try get(wire, "/sandbox/edits") == ["edits": []])
    try wire.call("mrp.production", "write", [[.int(Int64(id))], ["qty_producing": 3]])
    let edits = try get(wire, "/sandbox/edits")["edits"]?.arrayValue ?? []
    let header = try #require(edits.first { $0["model"] == "mrp.production" })
    #expect(header["field"] == "qty_producing")
    #expect(header["before"] == 4.0)
    #expect(header["after"] == 3.0)
    #expect(edits.contains { $0["model"] == "stock.move" && $0["after"] == 3.0 })
  }

  @Test("calls are counted by model and method")
  func callsAreCounted() throws {
    let (wire, _) = try plant()
    _ = wire.sandbox.handle(
      .init(method: "DELETE", path: "/sandbox/calls", contentType: "", body: []))
    _ = try wire.ids("mrp.bom", [])
    _ = try wire.ids("mrp.bom", [])
    try wire.call("res.users", "read", [[6], ["name"]])
    #expect(
      try get(wire, "/sandbox/calls")
        == ["total": 3, "calls": ["mrp.bom.search": 2, "res.users.read": 1]])
  }

  @Test("hundreds of orders stay independent and quick to find")
  func manyOrders() throws {
    let (wire, plant) = try plant()
    let count = 300
    let values: JSONValue = [
      "product_id": plant["products"]?["FG-VALVE"] ?? .null, "product_qty": 5,
    ]
    let created = try wire.call(
      "mrp.production", "create", [.array(Array(repeating: values, count: count))])
    try wire.call("mrp.production", "action_confirm", [created])
    let last = try #require(created.arrayValue?.last)
    try wire.call("mrp.production", "button_mark_done", [[last]])
    let done = try wire.call("mrp.production", "search_count", [[["state", "=", "done"]]])
    #expect(done == 1)
    let open = try wire.call(
      "mrp.production", "search_count", [[["reservation_state", "=", "assigned"]]])
    #expect(open == .int(Int64(count - 1)))
  }
}
