import Contracts
import Environment
import GatewayFront
import GatewayOdoo
import Identity
import Logging
import NIOCore
import Protobuf
import RPC
import RecordStore
import ServiceKit
import Values

/// The Gateway's parts put together: the front and the Odoo wing, which know nothing of each other.
struct GatewayProgram: Sendable {
  private let configuration: GatewayConfiguration
  private let database: Database
  let governance: Governance
  private let services: ServicesBehind
  private let front: Front
  private let wing: OdooWing
  private let revocations: RevocationPublishers
  private let table: RouteTable
  private let secrets: SecretWatch
  private let metrics: Metrics
  private let fastest: FastestCalls
  private let health: HealthService
  private let reflection: ReflectionService?
  private let care: RecordsCare
  private let drain = Drain()
  private let logger: Logger

  /// Under which name the Odoo wing calls services and reads their feeds.
  private static let integrationSubject = "gateway-odoo"

  /// The Gateway's own services; what else partners can call is forwarded.
  private static let ownServices = [
    Gateway.V1.GatewayService.name, Gateway.V1.PartnerService.name,
    Gateway.V1.TokenService.name, Gateway.V1.UsageService.name, Gateway.V1.VersionService.name,
    Audit.V1.AuditService.name,
  ]

  /// Opens the database and puts everything on it.
  init(
    _ configuration: GatewayConfiguration, environment: Environment, group: any EventLoopGroup,
    logger: Logger
  ) async throws {
    self.configuration = configuration
    self.logger = logger
    let signer = try PrincipalSigner(key: configuration.signingKey, environment: environment)
    services = ServicesBehind(configuration, group: group, logger: logger)
    database = try Database.open(
      DatabaseConfiguration(path: configuration.database), migrations: Self.migrations,
      environment: environment)
    var metrics = Metrics(logger: logger) { OfferedMethods.paths.contains($0) }
    metrics.add(RecordsMetrics(database, clock: environment.clock))
    governance = try await Governance(configuration, database, environment, logger: logger)
    let tokens = configuration.externalIssuers.verifier(environment)
    secrets = Self.secrets(configuration, tokens, signer, logger)
    fastest = FastestCalls(clock: environment.clock)
    let authorizer = Authorizer(configuration.allRoles)
    front = Front(
      authenticator: Authenticator(
        governance.partners.directory, keyEnvironment: configuration.keyEnvironment,
        tokens: tokens, clock: environment.clock),
      versions: governance.versions, authorizer: authorizer,
      limiter: governance.limiter, overload: OverloadGuard(capacity: configuration.callsUnderWay),
      fastest: fastest,
      destinations: services.destinations, signer: signer,
      refusals: RefusalAudit(
        database, clock: environment.clock, logger: logger, counts: metrics.refusals),
      strangers: Strangers(
        database, clock: environment.clock, logger: logger, counts: metrics.refusals),
      drain: drain, logger: logger,
      channel: { [services] in services.service($0.audience)?.channel })
    let principal = Principal(
      subject: Self.integrationSubject, kind: .integration, sites: configuration.sites)
    guard let production = services.caller(of: .production, as: principal, signer) else {
      // The configuration has refused it before.
      throw ConfigurationError(problems: ["services.production is required"])
    }
    wing = OdooWing(
      sites: configuration.odoo, database: database, production: production,
      masterData: services.caller(of: .masterData, as: principal, signer),
      environment: environment, logger: logger)
    revocations = RevocationPublishers(
      to: services.callers(as: principal, signer), database: database, clock: environment.clock,
      logger: logger)
    let context = ServiceContext(
      database: database, authenticate: front.authenticate, sites: configuration.sites,
      environment: environment, logger: logger, drain: drain, refusals: metrics.refusals)
    metrics.add(wing)
    metrics.add(revocations)
    self.metrics = metrics
    table = RouteTable(
      GatewayService.routes(database.incarnation, wing: wing) + governance.routes
        + InPlantTokens(
          signer: signer, authorizer: authorizer, destinations: services.destinations
        ).routes
        + AuditRoutes.all(relay: Self.auditRelay(services, signer)), context)
    health = HealthService(
      services: Self.ownServices, logger: logger)
    care = RecordsCare(
      database, health: health, program: "gateway", clock: environment.clock, logger: logger)
    reflection =
      configuration.reflection
      ? ReflectionService(
        services: Self.ownServices + services.offered, drain: drain,
        logger: logger) : nil
  }

  /// The tables of both wings, in the order of their numbers.
  static let migrations = (OdooWing.migrations + Governance.migrations)
    .sorted { $0.version < $1.version }

  /// The key files that are read again when they change.
  private static func secrets(
    _ configuration: GatewayConfiguration, _ tokens: ExternalTokenVerifier,
    _ signer: PrincipalSigner, _ logger: Logger
  ) -> SecretWatch {
    var secrets = SecretWatch(logger: logger)
    secrets.add(configuration.signingKeyFile, setting: "signingKeyFile") { path in
      try await signer.use(SigningKey.load(path))
    }
    for entry in configuration.externalIssuers.entries {
      let name = entry.issuer.name
      secrets.add(entry.keySetFile, setting: "externalIssuers (\(name))") { path in
        tokens.replaceKeys(of: name, with: try await ExternalIssuers.load(path))
      }
    }
    for (site, file) in zip(configuration.odoo, configuration.odooKeyFiles) {
      secrets.add(file, setting: "odoo (\(site.site))") { path in
        site.apiKey.use(try SecretFile.line(path))
      }
    }
    for (site, file) in zip(configuration.odoo, configuration.webhookSecretFiles) {
      guard let file else { continue }
      secrets.add(file, setting: "odoo (\(site.site)), webhook") { path in
        site.webhookSecret?.use(try SecretFile.line(path))
      }
    }
    return secrets
  }

  /// Asks a service for its audit log, in the name of whoever asks the Gateway.
  private static func auditRelay(
    _ services: ServicesBehind, _ signer: PrincipalSigner
  ) -> AuditRoutes.Relay {
    { request, call in
      guard let service = services.service(request.service) else {
        let known = services.audiences.sorted().joined(separator: ", ")
        throw Refusal(
          .notFound, reason: "SERVICE_NOT_FOUND",
          "there is no service \(request.service); there are \(known)",
          metadata: ["service": request.service])
      }
      let caller = service.caller(as: call.principal, signer)
      return try await TraceContext.of(call) {
        try await Audit.V1.AuditServiceClient(caller).listEntries(
          request, options: CallOptions(timeoutMilliseconds: auditTimeoutMilliseconds))
      }
    }
  }

  /// How long a service may take for a part of its audit log, in milliseconds.
  private static let auditTimeoutMilliseconds: Int64 = 10_000

  /// What answers a path: the Gateway's own services first, everything else is forwarded.
  func handler(for path: String) -> MethodHandler {
    table.handler(for: path).map { front.guarding($0, path: path) } ?? health.handler(for: path)
      ?? reflection?
      .handler(for: path)
      ?? front.handler(for: path)
  }

  /// What `millrace-gateway` runs.
  func host(on group: any EventLoopGroup) -> ServiceHost {
    var background: [(name: String, run: @Sendable () async throws -> Void)] = [
      (name: "odoo", run: { try await wing.run() }),
      (name: "usage ledger", run: { try await governance.ledger.run() }),
      (name: "secret watch", run: { try await secrets.run() }),
      (name: "revocations", run: { try await revocations.run() }),
    ]
    if let address = configuration.webhooks {
      let server = webhooks(at: address, on: group)
      background.append((name: "webhooks", run: { try await server.run() }))
    }
    return ServiceHost(
      name: "gateway", door: configuration.door, group: group, health: health,
      reflection: reflection, drain: drain, logger: logger, background: background,
      care: care, observers: [governance.ledger, fastest],
      metrics: metrics, lookup: { handler(for: $0) })
  }

  /// What hears of changes from Odoo.
  func webhooks(at address: HostAndPort, on group: any EventLoopGroup) -> WebhookServer {
    let secrets = configuration.odoo.compactMap { site in
      site.webhookSecret.map { (site.site, $0) }
    }
    return WebhookServer(
      address: address, secrets: Dictionary(secrets, uniquingKeysWith: { first, _ in first }),
      wake: { [wing] in wing.wake($0) }, group: group, logger: logger)
  }

  /// Runs until a signal has been served or a part has failed, and closes everything in both cases.
  func run(on group: any EventLoopGroup) async throws {
    if !governance.partners.hasAdministrator {
      logger.warning(
        "nobody can administer this Gateway; stop it and run millrace-gateway --config FILE --issue-admin-key NAME"
      )
    }
    do { try await host(on: group).run() } catch {
      await close()
      throw error
    }
    await close()
  }

  /// Closes what was opened. No call comes any more: those that ended while the server drained are
  /// in the ledger, which is written once more.
  func close() async {
    await wing.close()
    await services.close()
    await governance.ledger.flush()
    await database.close()
  }
}

extension Governance {
  /// The governance of a Gateway with this configuration.
  init(
    _ configuration: GatewayConfiguration, _ database: Database, _ environment: Environment,
    logger: Logger
  ) async throws {
    try await self.init(
      database, grantable: configuration.grantable, keyEnvironment: configuration.keyEnvironment,
      environment: environment, logger: logger)
  }
}

/// Which RPC of the Gateway's own service is which operation, and nothing else.
enum GatewayService {
  static func routes(_ incarnation: Incarnation, wing: OdooWing) -> [Route] {
    [
      .read(ListPostings(incarnation: incarnation)),
      .read(ListCases(incarnation: incarnation)),
      .read(GetOdooStatus(wing: wing)),
    ]
  }
}
