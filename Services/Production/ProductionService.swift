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
    plan(configuration, Parts(configuration, environment))
  }

  static func plan(_ configuration: ProductionConfiguration, _ parts: Parts) -> ServiceProgram.Plan
  {
    var plan = ServiceProgram.Plan(
      .production, sites: Set(configuration.sites.keys), migrations: productionMigrations,
      services: [
        Production.V1.ProductionService.name, Contracts.Genealogy.V1.GenealogyService.name,
      ],
      eventTypes: [
        Production.V1.OrderTotalsChanged.fullName, Production.V1.OrderFindingsChanged.fullName,
        Production.V1.OrderChanged.fullName, Production.V1.WorkOrder.fullName,
        Production.V1.ProductionCase.fullName, Production.V1.Shortage.fullName,
        Common.V1.GenealogyEdge.fullName,
      ],
      archiving: RecordArchiver.Rule(plan: .orders, afterDays: configuration.archiveAfterDays)
    ) { routes($0.incarnation, tolerances: configuration.sites, parts) }
    plan.follow(parts.holds.follower, of: configuration.quality)
    if let checks = parts.checks {
      let recheck = Recheck(orders: OrderRecords(), checks: checks)
      plan.background = { resources in
        [
          (
            name: "order checks",
            run: { await recheck.run(resources.database, parts.signal, resources.logger) }
          )
        ]
      }
      plan.follow(checks.copy.follower, of: configuration.masterData)
    }
    return plan
  }

  /// What its operations share.
  struct Parts: Sendable {
    /// Set when more is known of master data.
    let signal = ChangeSignal()
    /// `nil` where no master data is followed.
    let checks: OrderChecks?
    let holds: HoldCopy

    init(_ configuration: ProductionConfiguration, _ environment: Environment) {
      self.init(
        sites: Set(configuration.sites.keys),
        unknownCodes: configuration.masterData.map { _ in configuration.unknownCodes }, environment)
    }

    /// - Parameter unknownCodes: what each site does with unknown codes; `nil` where no master data is
    ///   followed.
    init(
      sites: Set<SiteCode>, unknownCodes: [SiteCode: UnknownCodes]?, _ environment: Environment
    ) {
      let logger = Logger(label: "millrace.production")
      let signal = signal
      checks = unknownCodes.map { policies in
        OrderChecks(
          copy: ReferenceCopy(
            sites: sites, kinds: [.item, .unit, .workCenter], environment: environment,
            logger: logger
          ) { signal.set() }, policies: policies)
      }
      holds = HoldCopy(sites: sites, environment: environment, logger: logger)
    }
  }

  static func routes(
    _ incarnation: Incarnation, tolerances: [SiteCode: OverProductionTolerance], _ parts: Parts
  ) -> [Route] {
    let orders = OrderRecords()
    let reports = ReportRecords()
    let (checks, holds) = (parts.checks, parts.holds)
    let (workOrders, cases) = (WorkOrderDesk(), CaseDesk())
    let report = ReportProduction(
      orders: orders, reports: reports, workOrders: workOrders, cases: cases, holds: holds,
      tolerances: tolerances, copy: checks?.copy)
    let steps = WorkOrderParts(orders: orders, desk: workOrders, holds: holds, copy: checks?.copy)
    return [
      .write(
        ReleaseOrder(orders: orders, holds: holds, workOrders: workOrders, checks: checks)),
      .write(ChangeReleasedOrder(orders: orders, checks: checks)),
      .write(AcknowledgeChange(orders: orders, checks: checks)),
      .write(CancelOrder(orders: orders, copy: checks?.copy)),
      .read(GetOrder(orders: orders, holds: holds)),
      .read(ListOrders(orders: orders, incarnation: incarnation)),
      .watch(WatchOrders(orders: orders, incarnation: incarnation)),
      .write(AcknowledgeOrder(orders: orders, holds: holds, workOrders: workOrders)),
      .write(StartWorkOrder(parts: steps)), .write(PauseWorkOrder(parts: steps)),
      .write(ResumeWorkOrder(parts: steps)), .write(CompleteWorkOrder(parts: steps)),
      .read(ListWorkOrders(incarnation: incarnation)),
      .watch(WatchWorkOrders(incarnation: incarnation)),
      .write(report), .batch(ReportProductionBatch(item: report)),
      .stream(StreamReports(item: report)),
      .read(ListProductionCases(incarnation: incarnation)),
      .write(ResolveProductionCase(desk: cases)),
      .read(ListReports(orders: orders, reports: reports, incarnation: incarnation)),
      .write(ReportGenealogy(orders: orders, holds: holds)),
      .write(ReportShortage(orders: orders)),
      .watch(WatchShortages(incarnation: incarnation)),
    ] + GenealogyRoutes.all(incarnation)
      + EventFeedRoutes.all(incarnation, recorder: RecordOutcome(orders: orders))
  }
}
