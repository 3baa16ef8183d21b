import Contracts
public import Environment
public import Identity
public import Logging
public import NIOCore
import NIOPosix
public import RPC
public import RecordStore
public import Values

/// A service that owns records, its parts put together: what its program runs, and its tests. What is
/// the same in every house is here; a house says what it is with a ``Plan``.
public struct ServiceProgram: Sendable {
  /// What something that runs beside the calls works with.
  public struct Resources: Sendable {
    /// The records.
    public let database: Database
    /// Where connections live.
    public let group: any EventLoopGroup
    /// Time, randomness, identifiers.
    public let environment: Environment
    /// Where it says what it does.
    public let logger: Logger
  }

  /// Something that runs as long as the program.
  public typealias Background = (name: String, run: @Sendable () async throws -> Void)

  /// What one service is.
  public struct Plan: Sendable {
    /// Which one it is.
    public var house: House
    /// The sites it has.
    public var sites: Set<SiteCode>
    /// The steps of its schema, those of ``RevocationRecords`` among them.
    public var migrations: [Migration]
    /// Full names of the services that it offers beside those of every house.
    public var services: [String]
    /// Full names of the messages on its feed, for reflection.
    public var eventTypes: [String]
    /// Which of its records move to archives; `nil` for none.
    public var archiving: RecordArchiver.Rule?
    /// Its own RPCs.
    public var routes: @Sendable (Database) -> [Route]
    /// What it reads before the first call is answered.
    public var opened: @Sendable (Snapshot) throws -> Void = { _ in }
    /// What it does beside answering calls, until its task is cancelled; each by a name for the log.
    public var background: @Sendable (Resources) -> [Background] = { _ in [] }
    /// What is to be seen of it beside what every house shows.
    public var metrics: [any MetricSource] = []

    /// A plan of its parts.
    public init(
      _ house: House, sites: Set<SiteCode>, migrations: [Migration],
      services: [String], eventTypes: [String], archiving: RecordArchiver.Rule? = nil,
      routes: @escaping @Sendable (Database) -> [Route]
    ) {
      self.house = house
      self.sites = sites
      self.migrations = migrations
      self.services = services
      self.eventTypes = eventTypes
      self.archiving = archiving
      self.routes = routes
    }

    /// Follows another service: what is known of it from before is there with the first call, it is
    /// followed as long as the program runs, and how old it has grown is among the metrics.
    /// - Parameters:
    ///   - service: where it is; `nil` where the configuration names none, and then what is known stays.
    ///   - kind: what this one is there: an integration where only one may ask.
    public mutating func follow<Watch>(
      _ follower: WatchFollower<Watch>, of service: FollowedService?,
      as kind: Principal.Kind = .partner
    ) {
      let (opened, background, house, sites) = (self.opened, self.background, house, sites)
      self.opened = { snapshot in
        try opened(snapshot)
        try follower.load(snapshot)
      }
      guard let service else { return }
      metrics.append(follower)
      self.background = { resources in
        background(resources) + [
          (
            name: "following \(follower.source)",
            run: { try await service.follow(follower, as: house, kind, sites: sites, resources) }
          )
        ]
      }
    }
  }

  /// Its records.
  public let database: Database
  /// What it says about itself.
  public let health: HealthService
  /// Ends its streams when it stops.
  public let drain = Drain()
  private let plan: Plan
  private let environment: Environment
  private let settings: ServiceSettings
  private let table: RouteTable
  private let reflection: ReflectionService?
  private let care: RecordsCare
  private let secrets: SecretWatch
  private let metrics: Metrics
  private let logger: Logger

  /// Opens the database and puts the routes on it.
  public init(
    _ plan: Plan, _ settings: ServiceSettings, keys: VerificationKeys, auditKey: SigningKey? = nil,
    environment: Environment, logger: Logger
  ) async throws {
    self.plan = plan
    self.environment = environment
    self.settings = settings
    self.logger = logger
    let database = try Database.open(
      DatabaseConfiguration(path: settings.database), migrations: plan.migrations,
      environment: environment)
    self.database = database
    var metrics = Metrics(logger: logger)
    metrics.add(RecordsMetrics(database, clock: environment.clock))
    for source in plan.metrics { metrics.add(source) }
    self.metrics = metrics
    let revocations = RevocationList(try await database.read { try RevocationRecords.load($0) })
    try await database.read { try plan.opened($0) }
    let verifier = PrincipalVerifier(
      keys: keys, audience: plan.house.audience, environment: environment)
    let context = ServiceContext(
      database: database, authenticate: forwardedPrincipal(verifier, logger: logger),
      inPlant: InPlantCallers(
        verifier, revocations: revocations, clock: environment.clock, logger: logger),
      sites: plan.sites, environment: environment, logger: logger, drain: drain,
      refusals: metrics.refusals)
    table = RouteTable(
      plan.routes(database) + RevocationRoutes.all(revocations) + AuditRoutes.all(), context)
    let auditSigner = auditKey.map { AuditHeadSigner(database, key: $0, logger: logger) }
    secrets = Self.secrets(settings, verifier, auditSigner, logger)
    let services = plan.services + Self.servicesOfEveryHouse
    health = HealthService(services: services, logger: logger)
    care = RecordsCare(
      database, health: health, program: plan.house.name, auditSigner: auditSigner,
      archiving: plan.archiving, clock: environment.clock, logger: logger)
    reflection =
      settings.reflection
      ? ReflectionService(services: services, types: plan.eventTypes, drain: drain, logger: logger)
      : nil
  }

  private static let servicesOfEveryHouse = [
    Events.V1.EventFeedService.name, Contracts.Identity.V1.RevocationService.name,
    Audit.V1.AuditService.name,
  ]

  /// The key files that are read again when they change.
  private static func secrets(
    _ settings: ServiceSettings, _ verifier: PrincipalVerifier, _ auditSigner: AuditHeadSigner?,
    _ logger: Logger
  ) -> SecretWatch {
    var secrets = SecretWatch(logger: logger)
    secrets.add(settings.principalKeysFile, setting: "principalKeysFile") { path in
      verifier.use(try await VerificationKeys.load(path))
    }
    if let auditSigner, let file = settings.auditSigningKeyFile {
      secrets.add(file, setting: "auditSigningKeyFile") { path in
        try await auditSigner.use(SigningKey.load(path))
      }
    }
    return secrets
  }

  /// The handler of a path, `nil` when there is none.
  public func handler(for path: String) -> MethodHandler? {
    table.handler(for: path) ?? health.handler(for: path) ?? reflection?.handler(for: path)
  }

  private func background(on group: any EventLoopGroup) -> [Background] {
    let resources = Resources(
      database: database, group: group, environment: environment, logger: logger)
    let watch: Background = (name: "secret watch", run: { try await secrets.run() })
    return [watch] + plan.background(resources)
  }

  /// What the program runs.
  func host(on group: any EventLoopGroup) -> ServiceHost {
    ServiceHost(
      name: plan.house.name, door: settings.door, group: group, health: health,
      reflection: reflection,
      drain: drain, logger: logger,
      background: background(on: group), care: care,
      metrics: metrics, lookup: { table.handler(for: $0) })
  }

  /// Closes the records.
  public func close() async { await database.close() }
}

extension ServiceProgram {
  /// All of a service's `main`: checks what it is given and runs until a signal has been served.
  /// - Throws: ``ConfigurationError``, and whatever ends the program.
  public static func run(
    _ plan: Plan, _ settings: ServiceSettings, _ options: ProgramOptions
  ) async throws {
    let keys = try await settings.loadPrincipalKeys()
    let auditKey = try await settings.loadAuditKey()
    if options.checkConfig { return print("the configuration is valid") }
    settings.door.log.bootstrap()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let program = try await ServiceProgram(
      plan, settings, keys: keys, auditKey: auditKey, environment: .system,
      logger: Logger(label: "millrace.\(plan.house.name)"))
    try await program.host(on: group).run()
    await program.close()
    try await group.shutdownGracefully()
  }
}
