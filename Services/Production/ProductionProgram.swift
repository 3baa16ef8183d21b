import Contracts
import Environment
import Identity
import Logging
import NIOCore
import RPC
import RecordStore
import ServiceKit
import Values

/// Production's parts put together; what the program runs, and the tests.
struct ProductionProgram: Sendable {
  let database: Database
  let health: HealthService
  let drain = Drain()
  private let reflection: ReflectionService?
  private let care: RecordsCare
  private let secrets: SecretWatch
  private let metrics: Metrics
  private let configuration: ProductionConfiguration
  private let table: RouteTable
  private let logger: Logger

  /// Opens the database and puts the routes on it.
  init(
    _ configuration: ProductionConfiguration, keys: VerificationKeys, auditKey: SigningKey? = nil,
    environment: Environment, logger: Logger
  ) async throws {
    self.configuration = configuration
    self.logger = logger
    database = try Database.open(
      DatabaseConfiguration(path: configuration.database), migrations: productionMigrations,
      environment: environment)
    var metrics = Metrics(logger: logger)
    metrics.add(RecordsMetrics(database, clock: environment.clock))
    let revocations = RevocationList(try await database.read { try RevocationRecords.load($0) })
    let verifier = PrincipalVerifier(
      keys: keys, audience: PrincipalToken.productionAudience, environment: environment)
    let context = ServiceContext(
      database: database, authenticate: forwardedPrincipal(verifier, logger: logger),
      inPlant: InPlantCallers(
        verifier, revocations: revocations, clock: environment.clock, logger: logger),
      sites: Set(configuration.sites.keys), environment: environment, logger: logger,
      drain: drain, refusals: metrics.refusals)
    self.metrics = metrics
    var secrets = SecretWatch(logger: logger)
    secrets.add(configuration.principalKeysFile, setting: "principalKeysFile") { path in
      verifier.use(try await VerificationKeys.load(path))
    }
    let database = database
    let auditSigner = auditKey.map { AuditHeadSigner(database, key: $0, logger: logger) }
    if let auditSigner, let file = configuration.auditSigningKeyFile {
      secrets.add(file, setting: "auditSigningKeyFile") { path in
        try await auditSigner.use(SigningKey.load(path))
      }
    }
    self.secrets = secrets
    table = RouteTable(
      ProductionService.routes(database.incarnation, tolerances: configuration.sites)
        + RevocationRoutes.all(revocations) + AuditRoutes.all(), context)
    let services = [
      Production.V1.ProductionService.name, Events.V1.EventFeedService.name,
      Contracts.Identity.V1.RevocationService.name, Audit.V1.AuditService.name,
    ]
    health = HealthService(services: services, logger: logger)
    care = RecordsCare(
      database, health: health, program: "production", auditSigner: auditSigner,
      archiving: RecordArchiver.Rule(plan: .orders, afterDays: configuration.archiveAfterDays),
      clock: environment.clock, logger: logger)
    reflection =
      configuration.reflection
      ? ReflectionService(
        services: services, types: [Production.V1.OrderTotalsChanged.fullName], drain: drain,
        logger: logger) : nil
  }

  /// The handler of a path, `nil` when there is none.
  func handler(for path: String) -> MethodHandler? {
    table.handler(for: path) ?? health.handler(for: path) ?? reflection?.handler(for: path)
  }

  /// What `millrace-production` runs.
  func host(on group: any EventLoopGroup) -> ServiceHost {
    ServiceHost(
      name: "production", door: configuration.door, group: group,
      health: health, reflection: reflection, drain: drain, logger: logger,
      background: [(name: "secret watch", run: { try await secrets.run() })], care: care,
      metrics: metrics, lookup: { table.handler(for: $0) })
  }

  func close() async { await database.close() }
}
