import Contracts
import Environment
import Identity
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What Production is: its records, and which RPC is which operation.
enum ProductionService {
  static func plan(
    _ configuration: ProductionConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    let parts = Parts(configuration, environment)
    var plan = ServiceProgram.Plan(
      .production, sites: Set(configuration.sites.keys), migrations: productionMigrations,
      services: [
        Production.V1.ProductionService.name, Contracts.Genealogy.V1.GenealogyService.name,
      ],
      eventTypes: [
        Production.V1.OrderTotalsChanged.fullName, Production.V1.OrderFindingsChanged.fullName,
        Production.V1.Shortage.fullName, Common.V1.GenealogyEdge.fullName,
      ],
      archiving: RecordArchiver.Rule(plan: .orders, afterDays: configuration.archiveAfterDays)
    ) { routes($0.incarnation, tolerances: configuration.sites, parts) }
    plan.opened = { snapshot in
      try parts.checks?.copy.load(snapshot)
      try parts.holds.load(snapshot)
    }
    plan.background = { background(parts, configuration, $0) }
    return plan
  }

  /// What its operations share.
  struct Parts: Sendable {
    let signal = ChangeSignal()
    /// `nil` where no master data is followed.
    let checks: OrderChecks?
    let holds: HoldCopy

    init(_ configuration: ProductionConfiguration, _ environment: Environment) {
      let logger = Logger(label: "millrace.production")
      let signal = signal
      checks = configuration.masterData.map { _ in
        OrderChecks(
          copy: ReferenceCopy(
            sites: configuration.sites.keys, kinds: [.item, .unit, .workCenter],
            environment: environment, logger: logger
          ) { signal.set() }, policies: configuration.unknownCodes)
      }
      holds = HoldCopy(
        sites: configuration.sites.keys, environment: environment, logger: logger)
    }
  }

  static func routes(
    _ incarnation: Incarnation, tolerances: [SiteCode: OverProductionTolerance], _ parts: Parts
  ) -> [Route] {
    let orders = OrderRecords()
    let reports = ReportRecords()
    let (checks, holds) = (parts.checks, parts.holds)
    return [
      .write(ReleaseOrder(orders: orders, holds: holds, checks: checks)),
      .read(GetOrder(orders: orders)),
      .read(ListOrders(orders: orders, incarnation: incarnation)),
      .watch(WatchOrders(orders: orders, incarnation: incarnation)),
      .write(AcknowledgeOrder(orders: orders, holds: holds)),
      .write(
        ReportProduction(
          orders: orders, reports: reports, holds: holds, tolerances: tolerances,
          copy: checks?.copy)),
      .read(ListReports(orders: orders, reports: reports, incarnation: incarnation)),
      .write(ReportGenealogy(orders: orders, holds: holds)),
      .write(ReportShortage(orders: orders)),
      .watch(WatchShortages(incarnation: incarnation)),
    ] + GenealogyRoutes.all(incarnation)
      + EventFeedRoutes.all(incarnation, recorder: RecordOutcome(orders: orders))
  }

  /// Follows master data and Quality, and looks again at orders that did not agree with master data.
  private static func background(
    _ parts: Parts, _ configuration: ProductionConfiguration, _ resources: ServiceProgram.Resources
  ) -> [ServiceProgram.Background] {
    var background: [ServiceProgram.Background] = []
    let sites = Set(configuration.sites.keys)
    if let checks = parts.checks, let source = configuration.masterData {
      let recheck = Recheck(orders: OrderRecords(), checks: checks)
      background.append(
        (
          name: "master data",
          run: {
            try await source.follow(
              checks.copy.follower, as: .production, sites: sites, resources)
          }
        ))
      background.append(
        (
          name: "order checks",
          run: { await recheck.run(resources.database, parts.signal, resources.logger) }
        ))
    }
    if let quality = configuration.quality {
      background.append(
        (
          name: "holds",
          run: {
            try await quality.follow(
              parts.holds.follower, as: .production, sites: sites, resources)
          }
        ))
    }
    return background
  }
}
