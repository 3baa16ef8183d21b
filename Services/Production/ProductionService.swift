import RecordStore
import ServiceKit
import Values

/// Which RPC is which operation, and nothing else.
enum ProductionService {
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
