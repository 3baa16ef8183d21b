import Contracts
import JSON
import Testing

@testable import GatewayOdoo

@Suite("Routings that become others")
struct RoutingChangesTests {
  private func numbers(_ fixture: MasterDataFixture) -> [Int32]? {
    fixture.masterData.record(.routing, "FG-VALVE")?.routing?.operations.map(\.number)
  }

  private func steps(_ fixture: MasterDataFixture) -> [Int32]? {
    fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial?.lines.map(\.operation)
  }

  @Test("a step that goes takes along what its bill said of it")
  func shorter() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.odoo.put("mrp.bom.line", 100, ["operation_id": 100])
      fixture.odoo.put("mrp.bom.line", 101, ["operation_id": 101])
      try await fixture.rounds()
      #expect(numbers(fixture) == [10, 20])
      #expect(steps(fixture) == [10, 20])
      fixture.odoo.put("mrp.bom.line", 100, ["operation_id": false])
      fixture.odoo.delete("mrp.routing.workcenter", 100)
      try await fixture.comparison()
      #expect(numbers(fixture) == [10])
      #expect(steps(fixture) == [0, 10])
      #expect(try await fixture.openCaseNames().isEmpty)
      let sent = fixture.masterData.sent
      try await fixture.rounds(3, secondsApart: 30)
      #expect(fixture.masterData.sent == sent)
    }
  }

  @Test("a step that another's bill names is a case, and goes when it is not named any more")
  func namedByAnother() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.masterData.reject(.routing, "FG-VALVE", "OPERATION_IN_USE")
      fixture.odoo.put("mrp.routing.workcenter", 101, ["active": false])
      fixture.odoo.put("mrp.bom.line", 100, ["product_qty": 3.0])
      try await fixture.rounds()
      #expect(
        try await fixture.openCaseNames() == ["bill of material FG-VALVE: MASTER_DATA_REJECTED"])
      #expect(numbers(fixture) == [10, 20])
      // The bill does not wait for it.
      let bill = fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial
      #expect(bill?.lines.first?.quantity?.value == "3")
      fixture.masterData.reject(.routing, "FG-VALVE", nil)
      try await fixture.rounds(2, secondsApart: 30)
      #expect(numbers(fixture) == [10])
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }
}
