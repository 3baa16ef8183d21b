import Contracts
import JSON
import Testing

@testable import GatewayOdoo

@Suite("What is gone from Odoo")
struct GoneTests {
  /// A hundred products beside the small plant's, brought over.
  private func run(_ body: (inout MasterDataFixture) async throws -> Void) async throws {
    try await MasterDataFixture.run(pageSize: 10) { fixture in
      for id in 1_000..<1_100 { fixture.odoo.product(Int64(id), "P-\(id)") }
      try await fixture.rounds(2, secondsApart: 20)
      #expect(fixture.masterData.released(.item).count == 103)
      try await body(&fixture)
    }
  }

  private func delete(_ count: Int64, _ fixture: MasterDataFixture) {
    for id in 1_000..<(1_000 + count) { fixture.odoo.delete("product.product", id) }
  }

  @Test("a handful is withdrawn, however few there are")
  func few() async throws {
    try await run { fixture in
      delete(Int64(MasterDataPoll.alwaysGone), fixture)
      try await fixture.comparison()
      #expect(fixture.masterData.released(.item).count == 83)
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("when too much is gone nothing is withdrawn, and a case says how much until it is back")
  func tooMany() async throws {
    try await run { fixture in
      delete(100, fixture)
      fixture.odoo.put("product.product", 7, ["name": "Changed"])
      try await fixture.comparison()
      #expect(fixture.masterData.released(.item).count == 103)
      let found = try await fixture.openCases()
      #expect(found.map(\.reason) == [.masterDataGone])
      #expect(found.first?.orderName == "item")
      #expect(found.first?.explanation.hasPrefix("100 of 103 product.product are gone") == true)
      // Everything else goes on.
      #expect(fixture.masterData.record(.item, "RM-SCREW")?.item?.description_p == "Changed")
      // A start does not close it: nothing was compared yet.
      fixture = try await fixture.restarted()
      try await fixture.rounds(2)
      #expect(try await fixture.openCaseNames() == ["item: MASTER_DATA_GONE"])
      for id in 1_000..<1_100 { fixture.odoo.product(Int64(id), "P-\(id)") }
      try await fixture.comparison()
      #expect(fixture.masterData.released(.item).count == 103)
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("a person who means it allows more")
  func meant() async throws {
    try await run { fixture in
      delete(100, fixture)
      try await fixture.comparison()
      fixture = try await fixture.restarted(maximumGonePercent: 100)
      try await fixture.comparison()
      #expect(fixture.masterData.released(.item) == ["FG-VALVE", "RM-SCREW", "RM-STEEL"])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }
}
