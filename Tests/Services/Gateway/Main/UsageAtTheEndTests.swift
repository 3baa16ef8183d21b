import Contracts
import Environment
import GatewayFront
import Protobuf
import RPC
import RecordStore
import ServiceKit
import Testing

@testable import Gateway

@Suite("Usage at the end", .timeLimit(.minutes(1)))
struct UsageAtTheEndTests {
  @Test("What was called until the server stood still is on disk after a clean stop, charges too")
  func cleanStop() async throws {
    var kept: GatewayFiles?
    // Nothing else writes the ledger here: its regular part does not run, as while a server drains.
    try await GatewayFixture.runProgram { _, caller, files, _ in
      kept = files
      let client = Gateway.V1.GatewayServiceClient(caller)
      _ = try await client.listCases(.with { $0.site = "PLANT1" })
      // Let in by the door, refused by the service: charged.
      await #expect(throws: Refusal.self) {
        _ = try await client.listCases(.with { $0.site = "PLANT2" })
      }
      // Refused at the door: not charged.
      await #expect(throws: Refusal.self) {
        _ = try await Gateway.V1.VersionServiceClient(caller).listVersions(.init())
      }
    }
    let files = try #require(kept)
    let database = try Database.open(
      DatabaseConfiguration(path: files.path("gateway.sqlite")),
      migrations: GatewayProgram.migrations, environment: .system)
    let charged = try await UsageLedger.callsToday(database, clock: SystemClock())
    await database.close()
    #expect(charged == ["planner": 2])
  }
}
