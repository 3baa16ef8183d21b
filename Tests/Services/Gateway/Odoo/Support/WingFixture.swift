import Contracts
import Environment
import Foundation
import Logging
import Protobuf
import RecordStore
import Testing
import Values

@testable import GatewayOdoo

/// The wing of one site on a sandbox in this process, stepped by hand.
struct WingFixture {
  static let site = SiteCode("PLANT1")

  let environment: Environment
  let clock: ManualClock
  let odoo: SandboxOdoo
  let production: ProductionModel
  let directory: URL
  let database: Database
  let wing: OdooWing
  let horizonDays: Int

  /// 2026-11-23 08:00:00 UTC.
  static let start = Instant(seconds: 1_795_420_800)

  /// Runs a test on a fresh wing and removes what it left.
  static func run(
    seed: UInt64 = 1, horizonDays: Int = 14, _ body: (inout WingFixture) async throws -> Void
  ) async throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("millrace-odoo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (environment, clock) = Environment.manual(seed: seed, start: Self.start)
    var fixture = try WingFixture(
      environment: environment, clock: clock, odoo: SandboxOdoo(environment: environment),
      production: ProductionModel(), directory: directory, horizonDays: horizonDays)
    try await body(&fixture)
    await fixture.database.close()
  }

  private init(
    environment: Environment, clock: ManualClock, odoo: SandboxOdoo, production: ProductionModel,
    directory: URL, horizonDays: Int
  ) throws {
    self.environment = environment
    self.clock = clock
    self.odoo = odoo
    self.production = production
    self.directory = directory
    self.horizonDays = horizonDays
    database = try Database.open(
      DatabaseConfiguration(path: directory.appendingPathComponent("gateway.sqlite").path),
      migrations: OdooWing.ownMigrations, environment: environment)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    wing = OdooWing(
      sites: [
        OdooSiteConfiguration(
          site: Self.site, url: "http://sandbox", database: "plant", login: "integration",
          apiKey: "sandbox-key", warehouseCode: "WH", releaseHorizonDays: horizonDays,
          pollIntervalMilliseconds: 20, postingIntervalMilliseconds: 20)
      ], database: database, production: production, environment: environment, logger: logger
    ) { _ in odoo }
  }

  /// The Gateway is killed and starts again: only what is in the database is left.
  func restarted() async throws -> WingFixture {
    await database.close()
    return try WingFixture(
      environment: environment, clock: clock, odoo: odoo, production: production,
      directory: directory, horizonDays: horizonDays)
  }

  var flow: SiteFlow {
    get throws { try #require(wing.flow(of: Self.site)) }
  }

  /// One poll; failures of Odoo are what tests are about.
  func poll() async throws {
    do { try await flow.poll() } catch is OdooFailure {}
  }

  /// A round of postings and outcomes, later by what the last failures have to wait.
  func post(afterSeconds: Int64 = 0) async throws {
    clock.advance(milliseconds: afterSeconds * 1_000)
    try await flow.post()
    try await flow.report()
  }

  /// Totals arrive as the feed brings them.
  func take(_ totals: Production.V1.OrderTotalsChanged) async throws {
    let payload = try totals.encoded()
    let (name, sequence) = (totals.orderName, totals.throughSequence)
    try await database.write {
      try PostingRecords.take(
        totals: payload, through: sequence, epoch: 0, order: name, site: Self.site, $0)
    }
  }

  func posting(_ name: String) async throws -> OdooPosting? {
    try await database.read {
      try OdooWing.postings(site: Self.site, after: "", limit: 500, $0)
    }.first { $0.orderName == name }
  }

  func openCases() async throws -> [OdooCase] {
    try await database.read {
      try OdooWing.cases(site: Self.site, openOnly: true, after: nil, limit: 500, $0)
    }
  }

  func openReasons() async throws -> [CaseReason] { try await openCases().map(\.reason) }
}
