import Contracts
import Environment
import Foundation
import JSON
import Logging
import Protobuf
import RecordStore
import Testing
import Values

@testable import GatewayOdoo

@Suite("Several sites")
struct SitesTests {
  @Test("an outage of one site delays no other")
  func isolation() async throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("millrace-odoo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let environment = Environment.manual(seed: 5, start: WingFixture.start).environment
    let database = try Database.open(
      DatabaseConfiguration(path: directory.appendingPathComponent("gateway.sqlite").path),
      migrations: OdooWing.ownMigrations, environment: environment)
    let odoos = [
      "A": SandboxOdoo(environment: environment), "B": SandboxOdoo(environment: environment),
    ]
    let production = ProductionModel()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let wing = OdooWing(
      sites: odoos.keys.map {
        OdooSiteConfiguration(
          site: SiteCode($0), url: "http://\($0)", database: "plant", login: "integration",
          apiKey: "sandbox-key", warehouseCode: "WH", pollIntervalMilliseconds: 20,
          postingIntervalMilliseconds: 20)
      }, database: database, production: production, environment: environment, logger: logger
    ) { odoos[$0.site.text] ?? SandboxOdoo(environment: environment) }
    let (away, here) = (try #require(odoos["A"]), try #require(odoos["B"]))
    away.setDown(true)
    let id = await here.order("FG-VALVE", 5)
    let name = await here.read("mrp.production", id, ["name"])["name"]?.stringValue ?? ""
    let site = try #require(wing.flow(of: SiteCode("B")))
    let other = try #require(wing.flow(of: SiteCode("A")))
    await #expect(throws: OdooFailure.self) { try await other.poll() }
    try await site.poll()
    let totals = production.totals(name, good: 5, final: true)
    let payload = try totals.encoded()
    try await database.write {
      try PostingRecords.take(
        totals: payload, through: totals.throughSequence, epoch: 0, order: name,
        site: SiteCode("B"), $0)
    }
    try await site.post()
    #expect(await here.booked(id)["FG-VALVE"] == 5)
    #expect(wing.status(of: SiteCode("A"))?.isReachable == false)
    #expect(wing.status(of: SiteCode("B"))?.isReachable == true)
    #expect(wing.status(of: SiteCode("C")) == nil)
    await database.close()
  }
}
