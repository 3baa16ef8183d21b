import Environment
import Foundation
import Logging
import RecordStore
import Testing
import Values

@testable import GatewayOdoo

extension OdooWing {
  /// The wing's schema by itself, its steps numbered without the front's between them.
  static var ownMigrations: [Migration] {
    migrations.enumerated().map { index, step in
      Migration(version: index + 1, name: step.name, sql: step.sql)
    }
  }
}

/// The poll of one site's master data, stepped by hand. Pages are short, so that a handful of rows is
/// several of them.
struct MasterDataFixture {
  static let site = SiteCode("PLANT1")

  let environment: Environment
  let clock: ManualClock
  let odoo: MasterDataOdoo
  let masterData: MasterDataService
  let directory: URL
  let pageSize: Int
  let company: String
  let site: SiteCode
  let maximumGonePercent: Int
  let database: Database
  let poll: MasterDataPoll

  /// Runs a test on a fresh poll of the small plant and removes what it left.
  static func run(
    pageSize: Int = 3, series: Int = 18, company: String = "",
    _ body: (inout MasterDataFixture) async throws -> Void
  ) async throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("millrace-masterdata-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (environment, clock) = Environment.manual(seed: 1, start: WingFixture.start)
    let odoo = MasterDataOdoo(series: series, clock: clock)
    odoo.makePlant()
    clock.advance(milliseconds: 3_600_000)
    var fixture = try MasterDataFixture(
      environment, clock, odoo, MasterDataService(), directory, pageSize, company, site, nil)
    try await body(&fixture)
    await fixture.database.close()
  }

  private init(
    _ environment: Environment, _ clock: ManualClock, _ odoo: MasterDataOdoo,
    _ masterData: MasterDataService, _ directory: URL, _ pageSize: Int, _ company: String,
    _ site: SiteCode, _ database: Database?, maximumGonePercent: Int = 10
  ) throws {
    self.environment = environment
    self.clock = clock
    self.odoo = odoo
    self.masterData = masterData
    self.directory = directory
    self.pageSize = pageSize
    self.company = company
    self.site = site
    self.maximumGonePercent = maximumGonePercent
    self.database =
      try database
      ?? Database.open(
        DatabaseConfiguration(path: directory.appendingPathComponent("gateway.sqlite").path),
        migrations: OdooWing.ownMigrations, environment: environment)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let configuration = OdooSiteConfiguration(
      site: site, url: "http://odoo", database: "plant", login: "integration", apiKey: "key",
      warehouseCode: "WH", deletionCheckIntervalSeconds: 600,
      maximumGonePercent: maximumGonePercent, company: company,
      quarantineLocations: ["WH/QUARANTINE"])
    let caller: any OdooCaller =
      company.isEmpty ? odoo : CompanyCaller(odoo: odoo, company: company)
    let board = MasterDataBoard(clock: clock)
    poll = MasterDataPoll(
      configuration,
      reader: MasterDataReader(
        odoo: MasterDataCaller(
          odoo: caller, gate: SiteGate(environment: environment), board: board),
        clock: clock, pageSize: pageSize, listingSize: pageSize),
      sender: MasterDataSender(site: site, masterData: masterData), database: self.database,
      board: board, environment: environment, logger: logger)
  }

  /// The Gateway is killed and starts again: only what is in the database is left.
  func restarted(maximumGonePercent: Int? = nil) async throws -> MasterDataFixture {
    await database.close()
    return try MasterDataFixture(
      environment, clock, odoo, masterData, directory, pageSize, company, site, nil,
      maximumGonePercent: maximumGonePercent ?? self.maximumGonePercent)
  }

  /// Another site with an Odoo of its own, in the same database and for the same MasterData.
  func other(_ site: String, _ odoo: MasterDataOdoo) throws -> MasterDataFixture {
    try MasterDataFixture(
      environment, clock, odoo, masterData, directory, pageSize, company, SiteCode(site), database)
  }

  /// Some rounds, some seconds apart; failures of Odoo are what tests are about.
  func rounds(_ count: Int = 1, secondsApart: Int64 = 2) async throws {
    for _ in 0..<count {
      clock.advance(milliseconds: secondsApart * 1_000)
      do { try await poll.once() } catch is OdooFailure {}
    }
  }

  /// A round in which everything is compared.
  func comparison() async throws { try await rounds(secondsApart: 601) }

  func openCases() async throws -> [OdooCase] {
    let site = site
    return try await database.read {
      try OdooWing.cases(site: site, openOnly: true, after: nil, limit: 500, $0)
    }
  }

  /// `item FG-VALVE: DUPLICATE_CODE`, in order.
  func openCaseNames() async throws -> [String] {
    try await openCases().map { "\($0.orderName): \($0.reason.rawValue)" }.sorted()
  }
}
