import Contracts
import JSON
import RecordStore
import Synchronization
import Testing
import Values

@testable import GatewayOdoo

@Suite("Codes that change, are shared, or go")
struct CodeChangesTests {
  private static let composed = "Caf\u{E9}"
  private static let decomposed = "Cafe\u{301}"

  @Test(
    "a code that no record can have is a case until it is typed anew",
    arguments: [decomposed, " \(composed)", "\(composed) ", "Caf\u{200B}\u{E9}"])
  func unusable(code: String) async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.product(40, code)
      try await fixture.rounds()
      #expect(try await fixture.openCases().map(\.reason) == [.recordUnusable])
      #expect(fixture.masterData.released(.item) == ["FG-VALVE", "RM-SCREW", "RM-STEEL"])
      fixture.odoo.put("product.product", 40, ["default_code": .string(Self.composed)])
      try await fixture.rounds()
      #expect(try await fixture.openCaseNames().isEmpty)
      let codes = fixture.masterData.released(.item).map { Array($0.utf8) }
      #expect(codes.contains(Array(Self.composed.utf8)))
    }
  }

  @Test("a code in another form of Unicode is another code")
  func forms() async throws {
    try await MasterDataFixture.run { fixture in
      let site = fixture.site
      // As it was noted before such codes were cases.
      try await fixture.database.write {
        try ClaimRecords.want(
          .released, .item, code: Self.decomposed, of: 40, site: site, $0)
      }
      fixture.odoo.product(40, Self.composed)
      try await fixture.rounds()
      #expect(fixture.masterData.released(.item).contains(Self.composed))
      let claims = try await fixture.database.read {
        try ClaimRecords.of(.item, 40, site: site, $0)
      }
      #expect(claims.map { Array($0.code.utf8) } == [Array(Self.composed.utf8)])
      #expect(claims.first?.accepted == .released)
    }
  }

  @Test("a renamed product is a new record, then the old one is withdrawn; bills name the new one")
  func renamed() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.put("product.product", 7, ["default_code": "RM-SCREW-M4"])
      try await fixture.rounds()
      #expect(fixture.masterData.lifeCycle(.item, "RM-SCREW") == .withdrawn)
      #expect(fixture.masterData.lifeCycle(.item, "RM-SCREW-M4") == .released)
      #expect(
        fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial?.lines.map(\.item)
          == ["RM-STEEL", "RM-SCREW-M4"])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("a renamed product whose bills and prices carry its code takes them along")
  func renamedWithBills() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.put("product.product", 11, ["default_code": "VALVE-2"])
      fixture.odoo.put("res.partner", 9, ["ref": "V-9"])
      try await fixture.rounds()
      #expect(fixture.masterData.released(.billOfMaterial) == ["VALVE-2"])
      #expect(fixture.masterData.released(.routing) == ["VALVE-2"])
      #expect(fixture.masterData.lifeCycle(.routing, "FG-VALVE") == .withdrawn)
      #expect(fixture.masterData.released(.supplierItem) == ["V-9/RM-STEEL"])
      #expect(fixture.masterData.released(.businessPartner) == ["V-9"])
      #expect(fixture.masterData.released(.item) == ["RM-SCREW", "RM-STEEL", "VALVE-2"])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("an old code that others still name is a case, and withdrawn when they do not")
  func inUse() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.masterData.reject(.item, "RM-SCREW", "RECORD_IN_USE")
      fixture.odoo.put("product.product", 7, ["default_code": "NEW"])
      try await fixture.rounds(2)
      #expect(try await fixture.openCaseNames() == ["item RM-SCREW: RECORD_IN_USE"])
      fixture.masterData.reject(.item, "RM-SCREW", nil)
      try await fixture.rounds(3, secondsApart: 30)
      #expect(fixture.masterData.lifeCycle(.item, "RM-SCREW") == .withdrawn)
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("a path that changes takes the locations below along, whose dates do not move")
  func paths() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.location(70, "WH/Stock/A", "internal", parent: 8)
      try await fixture.rounds()
      fixture.odoo.put("stock.location", 8, ["complete_name": "WH/Store", "name": "Store"])
      fixture.odoo.putSilently("stock.location", 70, ["complete_name": "WH/Store/A"])
      try await fixture.rounds()
      #expect(
        fixture.masterData.released(.location) == ["WH", "WH/QUARANTINE", "WH/Store", "WH/Store/A"])
      #expect(fixture.masterData.record(.location, "WH/Store/A")?.location?.parent == "WH/Store")
      #expect(fixture.masterData.record(.warehouse, "WH")?.warehouse?.stockLocation == "WH/Store")
      #expect(fixture.masterData.lifeCycle(.location, "WH/Stock/A") == .withdrawn)
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("a category's name is on its units, and its change does not move their dates")
  func category() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.put("uom.category", 2, ["name": "Mass"])
      try await fixture.rounds()
      #expect(fixture.masterData.record(.unit, "kg")?.unit?.category == "Mass")
      #expect(fixture.masterData.record(.unit, "Units")?.unit?.category == "Unit")
    }
  }

  @Test("two products in use with one code are nobody's record, until one of them changes")
  func duplicates() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      let before = fixture.masterData.record(.item, "RM-SCREW")
      fixture.odoo.product(40, "RM-SCREW")
      try await fixture.rounds()
      fixture.odoo.put("product.product", 7, ["name": "Changed"])
      try await fixture.rounds()
      let found = try await fixture.openCases()
      #expect(found.map(\.orderName) == ["item RM-SCREW"])
      #expect(found.map(\.reason) == [.duplicateCode])
      #expect(found.first?.explanation.contains("7, 40") == true)
      #expect(fixture.masterData.record(.item, "RM-SCREW") == before)
      fixture.odoo.put("product.product", 40, ["default_code": "OTHER"])
      try await fixture.rounds()
      #expect(try await fixture.openCaseNames().isEmpty)
      #expect(fixture.masterData.record(.item, "RM-SCREW")?.item?.description_p == "Changed")
      #expect(fixture.masterData.released(.item).contains("OTHER"))
    }
  }

  @Test("both come with the first load: neither is brought over")
  func duplicatesAtFirst() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.product(40, "TWICE")
      fixture.odoo.product(41, "TWICE")
      try await fixture.rounds()
      #expect(fixture.masterData.record(.item, "TWICE") == nil)
      #expect(try await fixture.openCaseNames() == ["item TWICE: DUPLICATE_CODE"])
      fixture.odoo.delete("product.product", 40)
      try await fixture.comparison()
      #expect(fixture.masterData.lifeCycle(.item, "TWICE") == .released)
      #expect(fixture.masterData.record(.item, "TWICE")?.item?.description_p == "Product 41")
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("two products merged: one archived, its code given to the other", arguments: [false, true])
  func merged(isOtherFirst: Bool) async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.product(isOtherFirst ? 5 : 40, "OTHER")
      let other: Int64 = isOtherFirst ? 5 : 40
      try await fixture.rounds()
      fixture.odoo.put("product.product", 7, ["active": false])
      fixture.odoo.put("product.product", other, ["default_code": "RM-SCREW"])
      // The bill names the archived one still, whose code means the other now.
      try await fixture.rounds(5, secondsApart: 30)
      #expect(
        fixture.masterData.record(.item, "RM-SCREW")?.item?.description_p == "Product \(other)")
      #expect(fixture.masterData.lifeCycle(.item, "RM-SCREW") == .released)
      #expect(fixture.masterData.lifeCycle(.item, "OTHER") == .withdrawn)
      #expect(try await fixture.openCaseNames() == ["bill of material FG-VALVE: REFERENCE_MISSING"])
      fixture.odoo.put("mrp.bom.line", 101, ["product_id": .int(other)])
      try await fixture.rounds()
      #expect(try await fixture.openCaseNames().isEmpty)
      let sent = fixture.masterData.sent
      try await fixture.rounds(3)
      #expect(fixture.masterData.sent == sent)
    }
  }

  @Test("codes that two products exchange stay in use")
  func exchanged() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.put("product.product", 6, ["default_code": "RM-SCREW"])
      fixture.odoo.put("product.product", 7, ["default_code": "RM-STEEL"])
      try await fixture.rounds(2)
      #expect(fixture.masterData.record(.item, "RM-SCREW")?.item?.description_p == "Product 6")
      #expect(fixture.masterData.record(.item, "RM-STEEL")?.item?.description_p == "Product 7")
      #expect(
        fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial?.lines.map(\.item)
          == ["RM-SCREW", "RM-STEEL"])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("products without a code are counted in one case")
  func withoutCode() async throws {
    try await MasterDataFixture.run { fixture in
      for id in 40..<50 { fixture.odoo.product(Int64(id), nil) }
      fixture.odoo.put("res.partner", 30, ["name": "Nameless", "supplier_rank": 1])
      try await fixture.rounds()
      let cases = try await fixture.openCases()
      #expect(
        cases.map { "\($0.orderName): \($0.reason.rawValue)" }.sorted() == [
          "business partner: PARTNER_WITHOUT_CODE", "item: ITEM_WITHOUT_CODE",
        ])
      #expect(
        cases.first { $0.reason == .itemWithoutCode }?.explanation
          == "10 without a code: Product 40, Product 41, Product 42, Product 43, Product 44 and others"
      )
      for id in 40..<50 { fixture.odoo.put("product.product", Int64(id), ["active": false]) }
      fixture.odoo.put("res.partner", 30, ["ref": "N"])
      try await fixture.rounds()
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("a code that is taken away withdraws the record")
  func codeRemoved() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.product(40, "GOES")
      try await fixture.rounds()
      fixture.odoo.put("product.product", 40, ["default_code": false])
      try await fixture.rounds()
      #expect(fixture.masterData.lifeCycle(.item, "GOES") == .withdrawn)
      #expect(try await fixture.openCaseNames() == ["item: ITEM_WITHOUT_CODE"])
    }
  }

  @Test("what is archived is withdrawn after what names it, and comes back")
  func archived() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.product(40, "OLD")
      fixture.odoo.put("product.product", 40, ["active": false])
      try await fixture.rounds()
      #expect(fixture.masterData.lifeCycle(.item, "OLD") == .withdrawn)
      fixture.odoo.put("product.product", 11, ["active": false])
      fixture.odoo.put("mrp.bom", 1, ["active": false])
      try await fixture.rounds()
      #expect(fixture.masterData.lifeCycle(.item, "FG-VALVE") == .withdrawn)
      #expect(fixture.masterData.lifeCycle(.billOfMaterial, "FG-VALVE") == .withdrawn)
      #expect(fixture.masterData.lifeCycle(.routing, "FG-VALVE") == .withdrawn)
      fixture.odoo.put("product.product", 11, ["active": true])
      fixture.odoo.put("mrp.bom", 1, ["active": true])
      try await fixture.rounds()
      #expect(fixture.masterData.lifeCycle(.billOfMaterial, "FG-VALVE") == .released)
      #expect(fixture.masterData.released(.routing) == ["FG-VALVE"])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("what is deleted is withdrawn, each kind of it")
  func deleted() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      for (model, id) in [
        ("product.supplierinfo", Int64(1)), ("mrp.bom", 1), ("mrp.bom.line", 100),
        ("mrp.bom.line", 101), ("mrp.routing.workcenter", 100), ("mrp.routing.workcenter", 101),
        ("product.product", 11), ("mrp.workcenter", 2), ("stock.location", 61), ("res.partner", 9),
        ("uom.uom", 13),
      ] {
        fixture.odoo.delete(model, id)
      }
      try await fixture.comparison()
      #expect(fixture.masterData.released(.supplierItem).isEmpty)
      #expect(fixture.masterData.released(.billOfMaterial).isEmpty)
      #expect(fixture.masterData.released(.routing).isEmpty)
      #expect(fixture.masterData.released(.item) == ["RM-SCREW", "RM-STEEL"])
      #expect(fixture.masterData.released(.workCenter) == ["WC-CUT"])
      #expect(fixture.masterData.released(.location) == ["WH", "WH/Stock"])
      #expect(fixture.masterData.released(.businessPartner).isEmpty)
      #expect(fixture.masterData.released(.unit) == ["Dozens", "Units", "kg"])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("of several companies only the configured one's is seen")
  func companies() async throws {
    try await MasterDataFixture.run(company: "Plant GmbH") { fixture in
      fixture.odoo.put("res.company", 2, ["name": "Plant GmbH"])
      fixture.odoo.put("res.company", 3, ["name": "Other Ltd"])
      fixture.odoo.product(40, "OURS")
      fixture.odoo.put("product.product", 40, ["company": 2])
      fixture.odoo.product(41, "THEIRS")
      fixture.odoo.put("product.product", 41, ["company": 3])
      try await fixture.rounds()
      #expect(
        fixture.masterData.released(.item) == ["FG-VALVE", "OURS", "RM-SCREW", "RM-STEEL"])
      let companies = fixture.odoo.state.withLock { state in
        state.calls.filter { $0.model != "res.company" }
          .map { $0.keywords["context"]?["allowed_company_ids"] }
      }
      #expect(companies.allSatisfy { $0 == [2] })
      // A product that goes to the other company is gone here.
      fixture.odoo.put("product.product", 40, ["company": 3])
      try await fixture.comparison()
      #expect(fixture.masterData.lifeCycle(.item, "OURS") == .withdrawn)
    }
  }

  @Test("what another site's Odoo has in use is not withdrawn")
  func sites() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      let odoo = MasterDataOdoo(clock: fixture.clock)
      odoo.makePlant()
      let other = try fixture.other("PLANT2", odoo)
      try await other.rounds()
      fixture.odoo.delete("product.supplierinfo", 1)
      fixture.odoo.delete("res.partner", 9)
      fixture.odoo.put("uom.uom", 13, ["active": false])
      try await fixture.comparison()
      #expect(fixture.masterData.released(.businessPartner) == ["SUP-ACME"])
      #expect(fixture.masterData.lifeCycle(.unit, "g") == .released)
      odoo.delete("product.supplierinfo", 1)
      odoo.delete("res.partner", 9)
      try await other.comparison()
      try await fixture.rounds()
      #expect(fixture.masterData.released(.businessPartner).isEmpty)
    }
  }
}
