import Contracts
import JSON
import Testing
import Values

@testable import GatewayOdoo

@Suite("Values that an add-on brings")
struct UnknownValuesTests {
  /// A row beside the small plant with a value that nobody knows, by its field.
  static let odd: [String: @Sendable (MasterDataOdoo) -> Void] = [
    "tracking": { odoo in
      odoo.product(40, "ODD")
      odoo.put("product.product", 40, ["tracking": "by-color"])
    },
    "uom_type": { odoo in odoo.unit(14, "odd", 1, "of-an-add-on", 1) },
    "usage": { odoo in odoo.location(62, "WH/ODD", "of-an-add-on", parent: 7) },
    "type": { odoo in
      odoo.bill(2, product: 6, [(7, 1)])
      odoo.put("mrp.bom", 2, ["type": "of-an-add-on"])
    },
  ]

  @Test(
    "a row with a value that nobody knows is a case of its own, and the others come over",
    arguments: odd.keys.sorted())
  func unknown(field: String) async throws {
    try await MasterDataFixture.run { fixture in
      Self.odd[field]?(fixture.odoo)
      try await fixture.rounds(2)
      let cases = try await fixture.openCases()
      #expect(cases.map(\.reason) == [.recordUnusable])
      #expect(cases.first?.explanation.contains("its \(field) is") == true)
      for (kind, codes) in MasterDataPollTests.plant {
        #expect(fixture.masterData.released(kind) == codes)
      }
    }
  }
}
