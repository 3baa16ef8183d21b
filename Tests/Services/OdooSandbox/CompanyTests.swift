import JSON
import Testing

@testable import OdooSandbox

@Suite("Several companies in one database")
struct CompanyTests {
  /// A second company, in which the integration user works too or not.
  private func companies(_ wire: Wire, isMember: Bool = true) throws -> JSONValue {
    let created = try wire.call(
      "res.company", "create", [[["name": "Second Plant"]]], user: .administrator)
    let second = created[0] ?? .null
    if isMember {
      try wire.call(
        "res.users", "write", [[6], ["company_ids": [[4, second, 0]]]], user: .administrator)
    }
    return second
  }

  private func allowing(_ ids: JSONValue) -> [String: JSONValue] {
    ["context": ["allowed_company_ids": ids]]
  }

  @Test("only administrators make one; it brings a warehouse and may be worked in by its maker")
  func made() throws {
    let wire = try Wire()
    let refusal = try wire.refusal("res.company", "create", [[["name": "Mine"]]])
    #expect(refusal.name == "odoo.exceptions.AccessError")
    let second = try companies(wire)
    let found = try wire.call(
      "stock.warehouse", "search_read", [[["company_id", "=", second]]],
      ["fields": ["name", "code", "lot_stock_id", "company_id"]])
    #expect(found[0]?["code"] == "Secon")
    #expect(found[0]?["company_id"] == .array([second, "Second Plant"]))
    #expect(found[0]?["lot_stock_id"]?[1] == "Secon/Stock")
    let place = try wire.call(
      "stock.location", "read", [[found[0]?["lot_stock_id"]?[0] ?? .null], ["company_id"]])
    #expect(place[0]?["company_id"]?[0] == second)
  }

  @Test("the context hides what belongs to the others and shows what belongs to nobody")
  func hidden() throws {
    let wire = try Wire()
    let second = try companies(wire)
    let ours = try wire.make("mrp.workcenter", ["name": "Ours"])
    let theirs = try wire.make("mrp.workcenter", ["name": "Theirs", "company_id": second])
    let shared = try wire.make("mrp.workcenter", ["name": "Shared", "company_id": false])
    func seen(_ keywords: [String: JSONValue]) throws -> [Int] {
      (try wire.call("mrp.workcenter", "search", [[]], keywords).arrayValue ?? [])
        .compactMap { $0.intValue.map(Int.init) }
    }
    #expect(try seen([:]) == [ours, theirs, shared])
    #expect(try seen(allowing([1])) == [ours, shared])
    #expect(try seen(allowing(.array([second]))) == [theirs, shared])
    #expect(try seen(allowing(.array([second, 1]))) == [ours, theirs, shared])
    #expect(
      try wire.call("mrp.workcenter", "search_count", [[]], allowing([1])) == 2)
    #expect(try wire.call("res.company", "search", [[]], allowing([1])) == [1])
  }

  @Test("the parts of a bill are seen with it")
  func partsOfBills() throws {
    let wire = try Wire()
    let second = try companies(wire)
    let product = try wire.make("product.product", ["name": "Part"])
    let template = try wire.call(
      "product.product", "read", [[.int(Int64(product))], ["product_tmpl_id", "company_id"]])
    #expect(template[0]?["company_id"] == false)
    _ = try wire.make(
      "mrp.bom",
      [
        "product_tmpl_id": template[0]?["product_tmpl_id"]?[0] ?? .null, "company_id": second,
        "bom_line_ids": [[0, 0, ["product_id": .int(Int64(product))]]],
      ])
    #expect(try wire.ids("mrp.bom.line", []).count == 1)
    #expect(try wire.call("mrp.bom.line", "search_count", [[]], allowing([1])) == 0)
    #expect(try wire.call("product.product", "search_count", [[]], allowing([1])) == 1)
  }

  @Test("without a word in the context the user's own companies count")
  func ownCompanies() throws {
    let wire = try Wire()
    _ = try companies(wire, isMember: false)
    #expect(try wire.ids("stock.warehouse", []).count == 1)
    #expect(try wire.ids("res.company", []) == [1])
    let all = try wire.call("stock.warehouse", "search_count", [[]], user: .administrator)
    #expect(all == 2)
  }

  @Test("a company the user does not work in is refused, a record of it too")
  func refused() throws {
    let wire = try Wire()
    let second = try companies(wire, isMember: false)
    let context = try wire.refusal(
      "stock.warehouse", "search", [[]], allowing(.array([second])))
    #expect(context.name == "odoo.exceptions.AccessError")
    #expect(context.message == "Access to unauthorized or invalid companies.")
    let record = try wire.refusal("stock.warehouse", "read", [[2], ["name"]])
    #expect(record.name == "odoo.exceptions.AccessError")
    #expect(record.message.contains("- Warehouse (stock.warehouse)"))
    #expect(record.message.contains("switching to the company: Second Plant."))
  }

  @Test("what somebody makes belongs to the first company of the context")
  func owner() throws {
    let wire = try Wire()
    let second = try companies(wire)
    let center = try wire.call(
      "mrp.workcenter", "create", [[["name": "There"]]], allowing(.array([second, 1])))
    let read = try wire.call("mrp.workcenter", "read", [center, ["company_id"]])
    #expect(read[0]?["company_id"] == .array([second, "Second Plant"]))
  }
}
