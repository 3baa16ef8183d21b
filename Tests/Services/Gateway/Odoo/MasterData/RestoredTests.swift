import Environment
import RecordStore
import Testing
import Values

@testable import GatewayOdoo

@Suite("Master data from Odoo, after a restore")
struct RestoredTests {
  @Test("what a restored MasterData has lost is brought over again, and nothing else is changed")
  func restored() async throws {
    try await MasterDataFixture.run(pageSize: 50) { fixture in
      try await fixture.rounds()
      let lost: [MasterDataService.Key] = [
        .init(kind: .item, code: "RM-SCREW"), .init(kind: .billOfMaterial, code: "FG-VALVE"),
      ]
      fixture.masterData.restore(without: lost)
      let changes = fixture.masterData.changes
      // Also when the Gateway is stopped meanwhile.
      fixture = try await fixture.restarted()
      try await fixture.rounds(3, secondsApart: 31)
      for (kind, codes) in MasterDataPollTests.plant {
        #expect(fixture.masterData.released(kind) == codes)
      }
      #expect(fixture.masterData.changes == changes + lost.count)
      let calls = fixture.masterData.calls
      try await fixture.rounds(3, secondsApart: 31)
      #expect(fixture.masterData.calls == calls, "and only once")
    }
  }
}
