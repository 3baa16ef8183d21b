import JSON
import Testing

@testable import OdooSandbox

@Suite("A large plant")
struct LargePlantTests {
  private func plant(items: Int, bills: Int, _ version: OdooVersion = .v18) throws -> Wire {
    let wire = try Wire(version: version)
    try wire.sandbox.load(.init(items: items, bills: bills))
    return wire
  }

  @Test(
    "has as many items and bills as were asked for, under their codes",
    arguments: OdooVersion.allCases)
  func counts(version: OdooVersion) throws {
    let wire = try plant(items: 1_050, bills: 40, version)
    #expect(try wire.call("product.product", "search_count", [[]]) == 1_050)
    #expect(try wire.ids("product.template", [["default_code", "=", "ITEM-001050"]]).count == 1)
    #expect(try wire.call("mrp.bom", "search_count", [[]]) == 40)
    #expect(try wire.call("mrp.bom.line", "search_count", [[]]) == 400)
    #expect(try wire.call("mrp.routing.workcenter", "search_count", [[]]) == 80)
    let bill = try wire.call(
      "mrp.bom", "search_read", [[["code", "=", "BOM-000007"]]],
      ["fields": ["product_tmpl_id", "bom_line_ids", "operation_ids"]])
    #expect(bill[0]?["product_tmpl_id"]?[1] == "[ITEM-000007] Item 7")
    #expect(bill[0]?["bom_line_ids"]?.arrayValue?.count == 10)
    #expect(bill[0]?["operation_ids"]?.arrayValue?.count == 2)
  }

  @Test("is read whole by pages that continue after the last id")
  func pages() throws {
    let wire = try plant(items: 1_050, bills: 0)
    var (last, codes): (JSONValue, [String]) = (0, [])
    while true {
      let page = try wire.call(
        "product.product", "search_read", [[["id", ">", last]]],
        ["fields": ["default_code"], "order": "id", "limit": 500])
      let rows = page.arrayValue ?? []
      codes += rows.compactMap { $0["default_code"]?.stringValue }
      guard rows.count == 500 else { break }
      last = rows[499]["id"] ?? .null
    }
    #expect(codes.count == 1_050)
    #expect(codes == codes.sorted())
    #expect(Set(codes).count == 1_050)
  }

  @Test("no bill contains what it makes, at any depth")
  func noCircles() throws {
    let wire = try plant(items: 60, bills: 25)
    let lines = try wire.call(
      "mrp.bom.line", "search_read", [[]], ["fields": ["bom_id", "product_id"], "order": "id"])
    let codes = (lines.arrayValue ?? []).map { line in
      (
        made: line["bom_id"]?[1]?.stringValue?.dropFirst(13).prefix(11) ?? "",
        used: line["product_id"]?[1]?.stringValue?.dropFirst(1).prefix(11) ?? ""
      )
    }
    #expect(codes.allSatisfy { $0.made < $0.used }, "\(codes.prefix(3))")
  }

  @Test("says which sizes there are not")
  func sizes() {
    #expect(LargePlant.Size(items: 100, bills: 90).problem == nil)
    #expect(LargePlant.Size(items: 100, bills: 91).problem != nil)
    #expect(LargePlant.Size(items: 0, bills: 1).problem != nil)
    #expect(LargePlant.Size(items: -1, bills: 0).problem != nil)
    #expect(LargePlant.Size(items: 1_000_000, bills: 0).problem != nil)
  }
}
