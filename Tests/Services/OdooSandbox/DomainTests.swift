import JSON
import Testing

@testable import OdooSandbox

@Suite("Domains")
struct DomainTests {
  private func wire() throws -> (Wire, [Int]) {
    let wire = try Wire()
    let created = try wire.call(
      "product.product", "create",
      [
        [
          ["name": "Alpha", "default_code": "A-1", "list_price": 1],
          ["name": "beta", "default_code": "B_2", "list_price": 2],
          ["name": "Gamma 50%", "list_price": 3],
        ]
      ])
    return (wire, (created.arrayValue ?? []).compactMap { $0.intValue.map(Int.init) })
  }

  @Test(
    "select what Odoo would",
    arguments: [
      ([["default_code", "=", "A-1"]], [0]),
      ([["default_code", "!=", "A-1"]], [1, 2]),
      ([["default_code", "=", false]], [2]),
      ([["default_code", "!=", false]], [0, 1]),
      ([["default_code", "in", ["A-1", "B_2"]]], [0, 1]),
      ([["default_code", "not in", ["A-1"]]], [1, 2]),
      ([["list_price", ">", 1]], [1, 2]),
      ([["list_price", ">=", 2], ["list_price", "<", 3]], [1]),
      ([["list_price", "<=", 1]], [0]),
      (["|", ["list_price", "=", 1], ["list_price", "=", 3]], [0, 2]),
      (["!", ["list_price", "=", 1]], [1, 2]),
      (["&", ["list_price", ">", 1], "!", ["name", "=", "beta"]], [2]),
      (
        ["|", "|", ["name", "=", "x"], ["name", "=", "beta"], ["default_code", "=", "A-1"]], [0, 1]
      ),
      ([["name", "like", "a"]], [0, 1, 2]),
      ([["name", "like", "A"]], [0]),
      ([["name", "ilike", "BETA"]], [1]),
      ([["name", "=like", "Gamma%"]], [2]),
      ([["name", "not ilike", "a"]], []),
      ([["default_code", "like", "B_"]], [1]),
      ([["default_code", "=?", false]], [0, 1, 2]),
      ([["product_tmpl_id.name", "=", "beta"]], [1]),
      ([["product_tmpl_id.uom_id.category_id.name", "=", "Unit"]], [0, 1, 2]),
      ([], [0, 1, 2]),
    ] as [(JSONValue, [Int])])
  func selectWhatOdooWould(domain: JSONValue, expected: [Int]) throws {
    let (wire, ids) = try wire()
    #expect(try wire.ids("product.product", domain) == expected.map { ids[$0] })
  }

  @Test("hide archived records unless they are asked for")
  func hideArchived() throws {
    let (wire, ids) = try wire()
    try wire.call("product.product", "write", [[.int(Int64(ids[0]))], ["active": false]])
    #expect(try wire.ids("product.product", []) == [ids[1], ids[2]])
    #expect(try wire.ids("product.product", [["active", "=", false]]) == [ids[0]])
    let all = try wire.call(
      "product.product", "search_count", [[]], ["context": ["active_test": false]])
    #expect(all == 3)
  }

  @Test("take places below a place for children of it")
  func childOf() throws {
    let wire = try Wire()
    let stock = try wire.ids("stock.location", [["complete_name", "=", "WH/Stock"]])[0]
    let bin = try wire.make("stock.location", ["name": "BIN", "location_id": .int(Int64(stock))])
    #expect(
      try wire.ids("stock.location", [["id", "child_of", .int(Int64(stock))]]) == [stock, bin])
    #expect(
      try wire.call("stock.location", "read", [[.int(Int64(bin))], ["complete_name"]])[0]?[
        "complete_name"]
        == "WH/Stock/BIN")
  }

  @Test("order, limit and offset page through the records; missing values come last")
  func pages() throws {
    let (wire, ids) = try wire()
    let wanted = ids.map { JSONValue.int(Int64($0)) }
    let all = try wire.call("product.product", "search", [[]], ["order": "default_code"])
    #expect(all == .array(wanted))
    let reversed = try wire.call(
      "product.product", "search", [[]], ["order": "default_code desc", "limit": 2])
    #expect(reversed == [wanted[2], wanted[1]])
    let page = try wire.call(
      "product.product", "search", [[]], ["order": "id", "limit": 1, "offset": 1])
    #expect(page == [wanted[1]])
  }

  @Test("moments keep their microseconds and are answered in seconds")
  func moments() throws {
    let wire = try Wire()
    let id = try wire.make("res.partner", ["name": "Somebody"])
    let read = try wire.call("res.partner", "read", [[.int(Int64(id))], ["write_date"]])
    let date = try #require(read[0]?["write_date"])
    #expect(date == "2026-11-23 07:27:00")
    let mine: JSONValue = ["id", "=", .int(Int64(id))]
    #expect(try wire.ids("res.partner", [["write_date", "=", date], mine]) == [])
    #expect(try wire.ids("res.partner", [["write_date", ">", date], mine]) == [id])
    #expect(
      try wire.ids("res.partner", [["write_date", ">", "2026-11-23 07:27:00.999999"], mine]) == [])
    #expect(try wire.ids("res.partner", [["write_date", ">", "2026-11-23"], mine]) == [])
    #expect(
      try wire.ids("res.partner", [["write_date", ">=", "2026-11-23T07:27:00Z"], mine]) == [id])
  }

  @Test(
    "what is no domain is refused in Python's words",
    arguments: [
      ([["nope", "=", 1]], "builtins.ValueError"), ([["name", "~", 1]], "builtins.ValueError"),
      (["|", ["name", "=", "x"]], "builtins.ValueError"), (["name"], "builtins.ValueError"),
      ([["write_date", ">", "yesterday!"]], "psycopg2.errors.InvalidDatetimeFormat"),
    ] as [(JSONValue, String)])
  func refuseNonsense(domain: JSONValue, error: String) throws {
    let wire = try Wire()
    let answer = try wire.send(Wire.body("res.partner", "search", [domain]))
    #expect(answer["error"]?["data"]?["name"]?.stringValue == error)
  }
}
