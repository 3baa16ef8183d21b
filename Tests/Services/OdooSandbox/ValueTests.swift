import JSON
import Testing

@testable import OdooSandbox

@Suite("Values and transactions")
struct ValueTests {
  @Test(
    "wrong values are refused in Python's words",
    arguments: [
      (
        "2026-01-05T10:00:00Z",
        "time data '2026-01-05T10:00:00Z' does not match format '%Y-%m-%d %H:%M:%S'"
      ),
      ("2026-01-05 10:00:00.123", "unconverted data remains: .123"),
      (
        "2026-02-30 10:00:00",
        "time data '2026-02-30 10:00:00' does not match format '%Y-%m-%d %H:%M:%S'"
      ),
    ])
  func wrongMoments(text: String, message: String) throws {
    let wire = try Wire()
    let product = try wire.make("product.product", ["name": "Thing"])
    let answer = try wire.send(
      Wire.body(
        "mrp.production", "create",
        [[["product_id": .int(Int64(product)), "date_start": .string(text)]]]))
    #expect(answer["error"]?["data"]?["name"] == "builtins.ValueError")
    #expect(answer["error"]?["data"]?["message"]?.stringValue == message)
  }

  @Test("a failing record takes the whole call back")
  func rollback() throws {
    let wire = try Wire()
    let before = try wire.ids("res.partner", [])
    let answer = try wire.send(
      Wire.body("res.partner", "create", [[["name": "One"], ["name": false]]]))
    #expect(answer["error"]?["data"]?["name"] == "odoo.exceptions.ValidationError")
    #expect(try wire.ids("res.partner", []) == before)
  }

  @Test(
    "quantities round half away from zero, ties in spite of floating point",
    arguments: [
      (0.005, 0.01), (1.005, 1.01), (2.675, 2.68), (-1.005, -1.01), (0.0049, 0.0), (0.1 + 0.2, 0.3),
      (8.0, 8.0), (13.333333, 13.33),
    ])
  func rounding(value: Double, expected: Double) {
    #expect(Rounding.round(value, to: 0.01) == expected)
  }

  @Test("rounding up ignores what floating point adds")
  func roundingUp() {
    #expect(Rounding.round(10 * 8.0 / 6.0, to: 0.01, .up) == 13.34)
    #expect(Rounding.round(0.1 + 0.2, to: 0.1, .up) == 0.3)
    #expect(Rounding.round(7.0, to: 1, .up) == 7)
    #expect(Rounding.round(6.96, to: 1, .up) == 7)
  }

  @Test(
    "numbers and arguments out of all bounds are answered, and the sandbox lives on",
    arguments: [
      ("mrp.production", "create", [[["product_id": 1, "product_qty": 1e300]]]),
      ("mrp.production", "create", [[["product_id": 1, "product_qty": 1e9]]]),
      ("mrp.production", "create", [[["product_id": 1, "product_qty": -3]]]),
      ("mrp.production", "create", [[["product_id": 9_223_372_036_854_775_807]]]),
      ("mrp.production", "create", [[]]), ("mrp.production", "create", []),
      ("mrp.production", "create", [7]), ("mrp.production", "write", []),
      ("mrp.production", "write", [[1], 5]), ("mrp.production", "write", [["x"], [:]]),
      ("mrp.production", "write", [[1], ["move_raw_ids": [[1]]]]),
      ("mrp.production", "write", [[1], ["move_raw_ids": [[9, 1, [:]]]]]),
      ("mrp.production", "button_mark_done", [[]]), ("mrp.production", "button_mark_done", []),
      ("mrp.production", "read", [[1], 7]),
      ("mrp.production", "search", [[], -5, -5, "nope desc"]),
      ("mrp.production", "search", [[], -5, -5]), ("mrp.production", "load", [[], []]),
      ("mrp.production", "load", [["name", "x/y"], [["a"]]]), ("mrp.production", "load", [7, 8]),
      ("mrp.production", "read_group", [[], ["product_qty:nope"], ["state"]]),
      ("change.production.qty", "change_prod_qty", [[99]]), ("res.partner", "name_search", ["x"]),
    ] as [(String, String, JSONValue)])
  func survives(model: String, method: String, arguments: JSONValue) throws {
    let wire = try Wire()
    _ = try wire.make("product.product", ["name": "Thing", "is_storable": true])
    let answer = try wire.send(Wire.body(model, method, arguments.arrayValue ?? []))
    #expect(answer["jsonrpc"] == "2.0")
    #expect(
      try wire.call("res.users", "read", [[6], ["login"]]) == [["id": 6, "login": "integration"]])
  }
}
