import Contracts
import Identity
import RecordStore
import ServiceKit
import Values

/// What Production is: its records, and which RPC is which operation.
enum ProductionService {
  static func plan(_ configuration: ProductionConfiguration) -> ServiceProgram.Plan {
    ServiceProgram.Plan(
      name: "production", audience: PrincipalToken.productionAudience,
      sites: Set(configuration.sites.keys), migrations: productionMigrations,
      services: [Production.V1.ProductionService.name],
      eventTypes: [Production.V1.OrderTotalsChanged.fullName],
      archiving: RecordArchiver.Rule(plan: .orders, afterDays: configuration.archiveAfterDays)
    ) { routes($0.incarnation, tolerances: configuration.sites) }
  }

  static func routes(
    _ incarnation: Incarnation, tolerances: [SiteCode: OverProductionTolerance]
  ) -> [Route] {
    let orders = OrderRecords()
    let reports = ReportRecords()
    return [
      .write(ReleaseOrder(orders: orders)),
      .read(GetOrder(orders: orders)),
      .read(ListOrders(orders: orders, incarnation: incarnation)),
      .watch(WatchOrders(orders: orders, incarnation: incarnation)),
      .write(AcknowledgeOrder(orders: orders)),
      .write(ReportProduction(orders: orders, reports: reports, tolerances: tolerances)),
      .read(ListReports(orders: orders, reports: reports, incarnation: incarnation)),
    ] + EventFeedRoutes.all(incarnation, recorder: RecordOutcome(orders: orders))
  }
}
