public import Environment
public import Logging
public import Protobuf
public import RecordStore
public import Values

/// The only part of Millrace that talks to Odoo: brings orders down, brings reported totals up, and
/// keeps the cases that a person must decide.
///
/// ```swift
/// let wing = OdooWing(
///   sites: sites, database: database, production: caller, masterData: other, environment: .system,
///   logger: logger)
/// try await wing.run()                    // until cancelled
/// ```
/// Everything it must remember is in the Gateway's database before Odoo or Production is called, so
/// it may be killed at any moment: the next start reads what Odoo holds and goes on.
public final class OdooWing: Sendable {
  /// The schema: pass it to `Database.open`.
  public static var migrations: [Migration] { OdooMigrations.all }

  private let flows: [SiteCode: SiteFlow]
  let database: Database
  let clock: any Clock

  /// The wing for some sites.
  /// - Parameters:
  ///   - production: calls Production as the integration.
  ///   - masterData: calls MasterData as the integration; `nil` where there is none.
  public convenience init(
    sites: [OdooSiteConfiguration], database: Database, production: any ServiceCaller,
    masterData: (any ServiceCaller)? = nil, environment: Environment, logger: Logger
  ) {
    self.init(
      sites: sites, database: database, production: production, masterData: masterData,
      environment: environment, logger: logger
    ) { HTTPTransport(baseURL: $0.url, timeoutSeconds: $0.requestTimeoutSeconds) }
  }

  init(
    sites: [OdooSiteConfiguration], database: Database, production: any ServiceCaller,
    masterData: (any ServiceCaller)? = nil, environment: Environment, logger: Logger,
    transport: (OdooSiteConfiguration) -> any OdooTransport
  ) {
    self.database = database
    clock = environment.clock
    let flows = sites.map { site in
      SiteFlow(
        site, transport: transport(site), database: database, production: production,
        masterData: masterData, environment: environment, logger: logger)
    }
    self.flows = Dictionary(
      flows.map { ($0.configuration.site, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Runs all sites until the task is cancelled or the database is closed.
  public func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      for flow in flows.values { group.addTask { await flow.run() } }
    }
  }

  /// Closes the connections to Odoo, of a wing that was never run too: they must be closed before
  /// it goes. Closing again does nothing.
  public func close() async {
    for flow in flows.values { await flow.close() }
  }

  /// Whether a site's Odoo answers and how many calls were made to it since the program started;
  /// `nil` for a site that has no Odoo here.
  public func status(of site: SiteCode) -> OdooStatus? { flows[site]?.board.status }

  /// Has a site's orders and master data looked at now. Nothing happens for a site that has no Odoo
  /// here.
  public func wake(_ site: SiteCode) { flows[site]?.wake() }

  /// Postings of a site by order name, after the one of this name (empty: from the beginning), at
  /// most `limit`.
  public static func postings(
    site: SiteCode, after name: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [OdooPosting] {
    try OutcomeRecords.list(site: site, after: name, limit: limit, snapshot)
  }

  /// Cases of a site, oldest first, after the one of this identifier (`nil`: from the beginning),
  /// at most `limit`.
  public static func cases(
    site: SiteCode, openOnly: Bool, after id: Identifier?, limit: Int, _ snapshot: Snapshot
  ) throws -> [OdooCase] {
    try CaseRecords.list(site: site, openOnly: openOnly, after: id, limit: limit, snapshot)
  }

  /// The sites that have an Odoo, by code.
  var sites: [SiteCode] { flows.keys.sorted { $0.text < $1.text } }

  /// The flow of a site, for tests that step it by hand.
  func flow(of site: SiteCode) -> SiteFlow? { flows[site] }
}
