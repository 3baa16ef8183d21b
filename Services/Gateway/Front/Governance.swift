public import Environment
public import Identity
public import Logging
public import RecordStore
public import ServiceKit

/// What the front keeps in the Gateway's database, ready for its calls, and the RPCs that change it:
/// partners, versions, usage.
public struct Governance: Sendable {
  /// Who may call.
  public let partners: PartnerAdministration
  /// Which versions are served.
  public let versions: VersionPolicy
  /// What was called: an observer of the server, and a part that runs beside it.
  public let ledger: UsageLedger
  /// How much may be called.
  public let limiter: RateLimiter

  private let incarnation: Incarnation

  /// The tables: pass them to `Database.open`, behind those of the Odoo wing.
  public static var migrations: [Migration] { FrontMigrations.all }

  /// Loads what a database has.
  /// - Parameters:
  ///   - grantable: what partners can be given.
  ///   - keyEnvironment: which keys are issued and let in.
  public init(
    _ database: Database, grantable: Grantable, keyEnvironment: KeyEnvironment,
    environment: Environment, logger: Logger
  ) async throws {
    let clock = environment.clock
    partners = try await PartnerAdministration(
      database, grantable: grantable, keyEnvironment: keyEnvironment, environment: environment)
    versions = VersionPolicy(try await database.read { try VersionRecords.all($0) })
    ledger = UsageLedger(database, clock: clock, logger: logger)
    limiter = RateLimiter(
      callsToday: try await UsageLedger.callsToday(database, clock: clock), clock: clock)
    incarnation = database.incarnation
  }

  /// What `PartnerService`, `UsageService` and `VersionService` offer.
  public var routes: [Route] {
    partners.routes + [
      .read(ListUsage(incarnation: incarnation)),
      .write(SetVersion(policy: versions, packages: OfferedMethods.packages)),
      .read(ListVersions(packages: OfferedMethods.packages)),
      .read(GetMyDeprecations()),
    ]
  }
}
