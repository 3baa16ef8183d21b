import Environment
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Synchronization
import Values

/// Everything that runs for one site. Sites share nothing but the database: an outage of one never
/// delays another.
final class SiteFlow: Sendable {
  /// Chains of one round: what is due beyond them waits for the next, which follows at once.
  static let maximumChains = 50
  /// How long a loop waits after an unforeseen failure of its own, in milliseconds.
  static let pauseMilliseconds: Int64 = 1_000
  /// How long a loop pauses at least, however often it is woken, in milliseconds: a rule in Odoo may
  /// tell of every row of an import.
  static let minimumPauseMilliseconds: Int64 = 200

  let configuration: OdooSiteConfiguration
  let board = OdooStatusBoard()
  let masterDataBoard: MasterDataBoard
  private let transport: any OdooTransport
  private let odoo: GatedCaller
  private let gate: SiteGate
  private let database: Database
  private let production: any ServiceCaller
  /// `nil` where there is no MasterData.
  private let masterDataPoll: MasterDataPoll?
  private let ordersAlarm = Alarm()
  private let masterDataAlarm = Alarm()
  private let environment: Environment
  private let logger: Logger
  /// What is wrong with the site's set-up beside the credentials, such as a warehouse that is not
  /// there.
  private let setUpProblem = Mutex<OdooWords?>(nil)
  /// Asked for once, and again after a configuration failure.
  private let operationType = Mutex<Int64?>(nil)

  init(
    _ configuration: OdooSiteConfiguration, transport: any OdooTransport, database: Database,
    production: any ServiceCaller, masterData: (any ServiceCaller)? = nil,
    environment: Environment, logger: Logger
  ) {
    self.configuration = configuration
    self.transport = transport
    self.database = database
    self.production = production
    self.environment = environment
    var logger = logger
    logger[metadataKey: "site"] = "\(configuration.site)"
    self.logger = logger
    gate = SiteGate(environment: environment)
    let client = OdooClient(
      transport: transport,
      credentials: OdooCredentials(
        database: configuration.database, login: configuration.login,
        apiKey: configuration.apiKey),
      board: board, environment: environment, logger: logger)
    let caller: any OdooCaller =
      configuration.company.isEmpty
      ? client : CompanyCaller(odoo: client, company: configuration.company)
    odoo = GatedCaller(odoo: caller, gate: gate)
    let board = MasterDataBoard(clock: environment.clock)
    masterDataBoard = board
    let reader = MasterDataReader(
      odoo: MasterDataCaller(odoo: caller, gate: gate, board: board), clock: environment.clock)
    let siteLogger = logger
    let isRead = configuration.masterDataPollIntervalMilliseconds > 0
    masterDataPoll = (isRead ? masterData : nil).map {
      MasterDataPoll(
        configuration, reader: reader,
        sender: MasterDataSender(site: configuration.site, masterData: $0), database: database,
        board: board, environment: environment, logger: siteLogger)
    }
  }

  private var site: SiteCode { configuration.site }

  /// Runs until it is cancelled, or the database is closed.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      // It follows for days: each part that it takes over has a trace of its own.
      group.addTask { await self.repeated("feed", every: Self.pauseMilliseconds, self.follow) }
      group.addTask {
        await self.repeated(
          "orders", every: Int64(self.configuration.pollIntervalMilliseconds),
          wokenBy: self.ordersAlarm
        ) {
          try await TraceContext.withNew(self.poll)
        }
      }
      if self.masterDataPoll != nil {
        group.addTask {
          await self.repeated(
            "master data", every: Int64(self.configuration.masterDataPollIntervalMilliseconds),
            wokenBy: self.masterDataAlarm
          ) {
            try await TraceContext.withNew(self.bringMasterData)
          }
        }
      }
      group.addTask {
        await self.repeated(
          "postings", every: Int64(self.configuration.postingIntervalMilliseconds)
        ) {
          try await TraceContext.withNew(self.post)
        }
      }
      group.addTask {
        await self.repeated(
          "outcomes", every: Int64(self.configuration.postingIntervalMilliseconds)
        ) {
          try await TraceContext.withNew(self.report)
        }
      }
    }
    await transport.close()
  }

  /// Closes the connections of a site that was never run.
  func close() async { await transport.close() }

  /// Has orders and master data looked at now.
  func wake() {
    ordersAlarm.ring()
    masterDataAlarm.ring()
  }

  /// Repeats a step with pauses between, which the alarm makes shorter; a failure is logged and the
  /// step repeated, not sooner for an alarm.
  func repeated(
    _ name: String, every milliseconds: Int64, wokenBy alarm: Alarm = Alarm(),
    _ step: @Sendable () async throws -> Void
  ) async {
    while !Task.isCancelled {
      var (pause, minimum) = (milliseconds, Self.minimumPauseMilliseconds)
      do { try await step() } catch RecordStoreError.closed {
        return
      } catch let failure as OdooFailure {
        logger.warning("Odoo: \(failure.text)", metadata: ["loop": "\(name)"])
        minimum = Self.pauseMilliseconds
      } catch {
        if Task.isCancelled { return }
        logger.error("a loop failed", metadata: ["loop": "\(name)", "error": "\(error)"])
        minimum = Self.pauseMilliseconds
        pause = max(pause, minimum)
      }
      // Cancellation ends the pause early, and the loop with it.
      await alarm.wait(milliseconds: pause, atLeast: minimum)
    }
  }

  // MARK: The steps

  /// Follows Production's feed until it breaks.
  func follow() async throws {
    try await FeedFollower(
      site: site, database: database, production: production,
      identifiers: environment.identifiers, logger: logger
    ).follow()
  }

  /// One look for orders, and the releases that follow from it.
  func poll() async throws {
    if gate.waitMilliseconds > 0 { return }
    let reader = OrderReader(odoo: odoo)
    let rule = ReleaseRule(horizonDays: configuration.releaseHorizonDays)
    do {
      let type = try await operationType(reader)
      try await InboundPoll(site: site, reader: reader, database: database, rule: rule)
        .once(operationType: type)
      try await ReleaseFlow(
        site: site, reader: reader, database: database, production: production, rule: rule,
        environment: environment, logger: logger
      ).once()
    } catch let failure as OdooFailure {
      if case .configuration(let words) = failure {
        setUpProblem.withLock { $0 = words }
        operationType.withLock { $0 = nil }
      }
      try await noteConfiguration()
      throw failure
    }
    // Only a whole look without a complaint shows that what was wrong is repaired.
    setUpProblem.withLock { $0 = nil }
    try await noteConfiguration()
  }

  /// One look for changed master data.
  func bringMasterData() async throws {
    if gate.waitMilliseconds > 0 { return }
    try await masterDataPoll?.once()
  }

  private func operationType(_ reader: OrderReader) async throws(OdooFailure) -> Int64 {
    if let known = operationType.withLock({ $0 }) { return known }
    let type = try await reader.operationType(ofWarehouse: configuration.warehouseCode)
    operationType.withLock { $0 = type }
    return type
  }

  /// One round of postings: one chain after the other. Closing orders that share components side by
  /// side is slower than one after the other (contract §4), and one sender per chain is what
  /// exactly-once rests on.
  func post() async throws {
    let run = PostingRun(
      site: site, odoo: odoo, gate: gate, database: database, environment: environment,
      logger: logger)
    let (site, limit) = (site, Self.maximumChains)
    var isMore = true
    while isMore {
      let tasks = try await database.read {
        try PostingRecords.due(site: site, limit: limit, $0)
      }
      isMore = tasks.count == limit
      for task in tasks {
        if gate.waitMilliseconds > 0 { return try await noteConfiguration() }
        try await run.run(task)
      }
    }
    try await noteConfiguration()
  }

  /// Tells Production what became of its facts.
  func report() async throws {
    try await OutcomeReporter(
      site: site, database: database, production: production, logger: logger
    ).once()
  }

  // MARK: The alarm

  /// Opens the site's configuration case while something is wrong, and closes it when it is right
  /// again.
  private func noteConfiguration() async throws {
    let words = gate.halt ?? setUpProblem.withLock { $0 }
    let (site, identifiers) = (site, environment.identifiers)
    let open = try await database.read {
      try CaseRecords.isOpen(.configuration, order: "", site: site, $0)
    }
    guard open != (words != nil) else { return }
    guard let words else {
      return try await database.write {
        try CaseRecords.close([.configuration], order: "", site: site, $0)
        try PostingRecords.wakeAll(rejectedFor: .configuration, site: site, $0)
      }
    }
    logger.critical("the site waits: Odoo's configuration", metadata: ["words": "\(words.text)"])
    let finding = CaseFinding(
      .configuration,
      "Odoo refuses the integration; nothing is sent for \(site) until it is repaired",
      odooAnswer: words.text)
    try await database.write {
      try CaseRecords.open(finding, order: "", site: site, $0, identifiers)
    }
  }
}
