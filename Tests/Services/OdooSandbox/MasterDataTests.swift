import JSON
import Testing

@testable import OdooSandbox

@Suite("Master data, as somebody reads it who looks for changes")
struct MasterDataTests {
  private func ids(_ json: JSONValue) -> [Int] {
    (json.arrayValue ?? []).compactMap { $0["id"]?.intValue.map(Int.init) }
  }

  private func product(_ wire: Wire, _ code: String) throws -> Int {
    try wire.make("product.product", ["name": .string(code), "default_code": .string(code)])
  }

  private func template(_ wire: Wire, _ product: Int) throws -> JSONValue {
    try wire.call("product.product", "read", [[.int(Int64(product))], ["product_tmpl_id"]])[0]?[
      "product_tmpl_id"]?[0] ?? .null
  }

  /// A bill with one line, one operation and one by-product.
  private func bill(_ wire: Wire) throws -> (bill: Int, component: Int, center: Int) {
    let component = try product(wire, "COMPONENT")
    let center = try wire.make("mrp.workcenter", ["name": "Press", "code": "WC-PRESS"])
    let bill = try wire.make(
      "mrp.bom",
      [
        "product_tmpl_id": try template(wire, try product(wire, "FINISHED")), "code": "BOM-1",
        "bom_line_ids": [[0, 0, ["product_id": .int(Int64(component)), "product_qty": 2]]],
        "operation_ids": [[0, 0, ["name": "Press", "workcenter_id": .int(Int64(center))]]],
        "byproduct_ids": [
          [0, 0, ["product_id": .int(Int64(try product(wire, "OFFCUT"))), "product_qty": 1]]
        ],
      ])
    return (bill, component, center)
  }

  @Test("changes since a moment come in the order they were made, page by page")
  func changesSince() throws {
    let wire = try Wire()
    var partners: [Int] = []
    for minute in 10...14 {
      try wire.advance(to: "2026-11-23 08:\(minute):00")
      partners.append(try wire.make("res.partner", ["name": .string("Supplier \(minute)")]))
    }
    try wire.advance(to: "2026-11-23 09:00:00")
    try wire.call("res.partner", "write", [[.int(Int64(partners[1]))], ["ref": "changed"]])
    var seen: [Int] = []
    for offset in stride(from: 0, to: 6, by: 2) {
      let page = try wire.call(
        "res.partner", "search_read", [[["write_date", ">=", "2026-11-23 08:11:00"]]],
        [
          "fields": ["ref"], "order": "write_date asc, id asc", "limit": 2,
          "offset": .int(Int64(offset)),
        ])
      seen += ids(page)
    }
    #expect(seen == [partners[2], partners[3], partners[4], partners[1]])
  }

  @Test("the newest change comes first when that is asked for")
  func newestFirst() throws {
    let wire = try Wire()
    let first = try product(wire, "A")
    let second = try product(wire, "B")
    try wire.advance(to: "2026-11-23 09:00:00")
    try wire.call("product.product", "write", [[.int(Int64(first))], ["name": "A again"]])
    let newest = try wire.call(
      "product.product", "search_read", [[]],
      ["fields": ["id"], "order": "write_date desc, id desc", "limit": 2])
    #expect(ids(newest) == [first, second])
  }

  @Test("a change that failed moves no date")
  func failedChange() throws {
    let wire = try Wire()
    let id = try wire.make("res.partner", ["name": "Acme"])
    try wire.advance(to: "2026-11-23 09:00:00")
    _ = try wire.refusal("res.partner", "write", [[.int(Int64(id)), 9_999], ["ref": "x"]])
    let changed = try wire.call(
      "res.partner", "search", [[["write_date", ">=", "2026-11-23 08:00:00"]]])
    #expect(changed == [])
    let all = try wire.call("res.partner", "search", [[]], ["order": "write_date asc, id asc"])
    #expect(all.arrayValue?.last == .int(Int64(id)))
  }

  @Test(
    "an archived record is shown only to who asks for it",
    arguments: [
      "uom.uom", "product.product", "product.template", "mrp.workcenter", "mrp.bom",
      "stock.warehouse", "stock.location", "res.partner",
    ])
  func archived(model: String) throws {
    let wire = try Wire()
    _ = try bill(wire)
    let all = try wire.ids(model, [])
    let last = JSONValue.int(Int64(try #require(all.last)))
    try wire.call(model, "action_archive", [[last]])
    #expect(try wire.ids(model, []) == all.dropLast())
    let context: [String: JSONValue] = ["context": ["active_test": false]]
    #expect(try wire.call(model, "search_count", [[]], context) == .int(Int64(all.count)))
    #expect(try wire.ids(model, [["active", "=", false], ["id", "=", last]]).count == 1)
    try wire.call(model, "action_unarchive", [[last]])
    #expect(try wire.ids(model, []) == all)
  }

  @Test("archiving a bill hides its operations, archiving a variant its template")
  func archivingTakesAlong() throws {
    let wire = try Wire()
    let (bill, component, _) = try bill(wire)
    try wire.call("mrp.bom", "action_archive", [[.int(Int64(bill))]])
    let read = try wire.call("mrp.bom", "read", [[.int(Int64(bill))], ["operation_ids"]])
    #expect(read[0]?["operation_ids"] == [])
    #expect(try wire.ids("mrp.routing.workcenter", []) == [])
    let template = try template(wire, component)
    try wire.call("product.product", "action_archive", [[.int(Int64(component))]])
    #expect(try wire.ids("product.template", [["id", "=", template]]) == [])
  }

  @Test("a deleted bill takes its parts along")
  func deletedBill() throws {
    let wire = try Wire()
    let bill = try bill(wire).bill
    try wire.call("mrp.bom", "unlink", [[.int(Int64(bill))]])
    for model in ["mrp.bom", "mrp.bom.line", "mrp.bom.byproduct", "mrp.routing.workcenter"] {
      #expect(try wire.ids(model, []) == [], "\(model)")
    }
  }

  @Test("what others need is not deleted; the refusal names who needs it")
  func needed() throws {
    let wire = try Wire()
    let (_, component, center) = try bill(wire)
    for (model, id, line) in [
      ("product.product", component, "Bill of Material Line (mrp.bom.line)"),
      ("mrp.workcenter", center, "Work Center Usage (mrp.routing.workcenter)"),
    ] {
      let refusal = try wire.refusal(model, "unlink", [[.int(Int64(id))]])
      #expect(refusal.name == "odoo.exceptions.ValidationError")
      #expect(refusal.message.contains("Model: \(line)"), "\(refusal.message)")
      #expect(try wire.ids(model, [["id", "=", .int(Int64(id))]]) == [id])
    }
  }

  @Test("a template does not outlive its last variant, nor a variant its template")
  func templateAndVariant() throws {
    let wire = try Wire()
    let (first, second) = (try product(wire, "A"), try product(wire, "B"))
    let template = try template(wire, first)
    let other = try self.template(wire, second)
    try wire.call("product.product", "unlink", [[.int(Int64(first))]])
    #expect(try wire.ids("product.template", [["id", "=", template]]) == [])
    try wire.call("product.template", "unlink", [[other]])
    #expect(try wire.ids("product.product", [["id", "=", .int(Int64(second))]]) == [])
  }

  @Test("references come as bare ids when names are not wanted")
  func bareReferences() throws {
    let wire = try Wire()
    let id = JSONValue.int(Int64(try product(wire, "A")))
    let read = try wire.call(
      "product.product", "read", [[id], ["uom_id", "company_id"]], ["load": ""])
    #expect(read == [["id": id, "uom_id": 1, "company_id": false]])
    let found = try wire.call(
      "product.product", "search_read", [[["id", "=", id]]], ["fields": ["uom_id"], "load": false])
    #expect(found == [["id": id, "uom_id": 1]])
  }

  @Test("a vendor's price for one variant knows the template, the currency and the lead time")
  func supplierPrice() throws {
    let wire = try Wire()
    let product = try product(wire, "BOUGHT")
    let partner = try wire.make("res.partner", ["name": "Acme", "supplier_rank": 1])
    let id = try wire.make(
      "product.supplierinfo",
      [
        "partner_id": .int(Int64(partner)), "product_id": .int(Int64(product)), "price": 1.255,
        "date_start": "2026-12-01",
      ])
    let read = try wire.call(
      "product.supplierinfo", "read",
      [
        [.int(Int64(id))],
        [
          "product_tmpl_id", "currency_id", "delay", "min_qty", "price", "date_start", "date_end",
          "company_id", "display_name",
        ],
      ])
    #expect(read[0]?["product_tmpl_id"]?[0] == (try template(wire, product)))
    #expect(read[0]?["currency_id"] == [1, "USD"])
    #expect(read[0]?["delay"] == 1)
    #expect(read[0]?["min_qty"] == 0.0)
    #expect(read[0]?["price"] == 1.26)
    #expect(read[0]?["date_start"] == "2026-12-01")
    #expect(read[0]?["date_end"] == false)
    #expect(read[0]?["company_id"] == [1, "My Company"])
    #expect(read[0]?["display_name"] == "Acme")
    try wire.call("res.partner", "unlink", [[.int(Int64(partner))]])
    #expect(try wire.ids("product.supplierinfo", []) == [])
  }
}
