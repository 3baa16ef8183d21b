import Contracts
import Environment
import Identity
import Logging
import RecordStore
import ServiceKit
import Values

/// What Production is: its records, and which RPC is which operation.
enum ProductionService {
  static func plan(_ configuration: ProductionConfiguration) -> ServiceProgram.Plan {
    let signal = ChangeSignal()
    let checks = configuration.masterData.map { _ in
      OrderChecks(
        copy: ReferenceCopy(
          sites: configuration.sites.keys, kinds: [.item, .unit, .workCenter],
          environment: .system, logger: Logger(label: "millrace.production")
        ) { signal.set() }, policies: configuration.unknownCodes)
    }
    var plan = ServiceProgram.Plan(
      name: "production", audience: PrincipalToken.productionAudience,
      sites: Set(configuration.sites.keys), migrations: productionMigrations,
      services: [Production.V1.ProductionService.name],
      eventTypes: [
        Production.V1.OrderTotalsChanged.fullName, Production.V1.OrderFindingsChanged.fullName,
      ],
      archiving: RecordArchiver.Rule(plan: .orders, afterDays: configuration.archiveAfterDays)
    ) { routes($0.incarnation, tolerances: configuration.sites, checks: checks) }
    if let checks, let source = configuration.masterData {
      plan.opened = { try checks.copy.load($0) }
      plan.background = { background(checks, source, signal, configuration, $0) }
    }
    return plan
  }

  static func routes(
    _ incarnation: Incarnation, tolerances: [SiteCode: OverProductionTolerance],
    checks: OrderChecks? = nil
  ) -> [Route] {
    let orders = OrderRecords()
    let reports = ReportRecords()
    return [
      .write(ReleaseOrder(orders: orders, checks: checks)),
      .read(GetOrder(orders: orders)),
      .read(ListOrders(orders: orders, incarnation: incarnation)),
      .watch(WatchOrders(orders: orders, incarnation: incarnation)),
      .write(AcknowledgeOrder(orders: orders)),
      .write(
        ReportProduction(
          orders: orders, reports: reports, tolerances: tolerances, copy: checks?.copy)),
      .read(ListReports(orders: orders, reports: reports, incarnation: incarnation)),
    ] + EventFeedRoutes.all(incarnation, recorder: RecordOutcome(orders: orders))
  }

  /// Follows master data, and looks again at orders that did not agree with it.
  private static func background(
    _ checks: OrderChecks, _ source: ReferenceSource, _ signal: ChangeSignal,
    _ configuration: ProductionConfiguration, _ resources: ServiceProgram.Resources
  ) -> [ServiceProgram.Background] {
    let recheck = Recheck(orders: OrderRecords(), checks: checks)
    return [
      (
        name: "master data",
        run: {
          try await source.follow(
            checks.copy, as: "production", sites: Set(configuration.sites.keys), resources)
        }
      ),
      (
        name: "order checks",
        run: { await recheck.run(resources.database, signal, resources.logger) }
      ),
    ]
  }
}
