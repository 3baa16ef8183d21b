import Contracts
import Environment
import Identity
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What Procurement is: its records, and which RPC is which operation.
enum ProcurementService {
  static func plan(
    _ configuration: ProcurementConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    plan(configuration, Parts(configuration, environment))
  }

  static func plan(_ configuration: ProcurementConfiguration, _ parts: Parts)
    -> ServiceProgram.Plan
  {
    var plan = ServiceProgram.Plan(
      .procurement, sites: Set(configuration.sites.keys), migrations: procurementMigrations,
      services: [
        Procurement.V1.ProcurementService.name, Contracts.Genealogy.V1.GenealogyService.name,
      ],
      eventTypes: [
        Procurement.V1.PurchaseOrder.fullName, Procurement.V1.ShipNotice.fullName,
        Procurement.V1.Discrepancy.fullName, Procurement.V1.Forecast.fullName,
        Procurement.V1.SupplySignal.fullName, Common.V1.GenealogyEdge.fullName,
      ]
    ) { routes($0.incarnation, parts) }
    plan.follow(parts.shortages, of: configuration.production)
    if let references = parts.references {
      plan.follow(references.copy.follower, of: configuration.masterData)
    }
    return plan
  }

  /// What its operations share.
  struct Parts: Sendable {
    let tolerances: [SiteCode: OverDeliveryTolerance]
    /// `nil` where no master data is followed.
    let references: OrderReferences?
    let shortages: WatchFollower<ShortageWatch>

    init(_ configuration: ProcurementConfiguration, _ environment: Environment) {
      let logger = Logger(label: "millrace.procurement")
      let sites = configuration.sites.keys
      tolerances = configuration.sites
      references = configuration.masterData.map { _ in
        OrderReferences(
          copy: ReferenceCopy(
            sites: sites, kinds: [.item, .unit, .businessPartner], environment: environment,
            logger: logger))
      }
      shortages = WatchFollower(
        sites.sorted().map { ShortageWatch(site: $0, desk: SignalDesk()) }, of: "Production",
        clock: environment.clock, logger: logger)
    }
  }

  static func routes(_ incarnation: Incarnation, _ parts: Parts) -> [Route] {
    let orders = OrderDesk()
    let notices = NoticeDesk()
    let discrepancies = DiscrepancyDesk()
    let signals = SignalDesk()
    return [
      .write(PublishPurchaseOrder(desk: orders, references: parts.references)),
      .write(ChangePurchaseOrder(desk: orders, references: parts.references)),
      .write(AcknowledgePurchaseOrder(desk: orders)),
      .write(ConfirmPurchaseOrder(desk: orders)),
      .write(AcceptConfirmation(desk: orders)),
      .write(RejectConfirmation(desk: orders)),
      .write(CancelPurchaseOrder(desk: orders)),
      .write(ClosePurchaseOrder(desk: orders)),
      .read(GetPurchaseOrder(desk: orders)),
      .read(ListPurchaseOrders(incarnation: incarnation)),
      .watch(WatchPurchaseOrders(incarnation: incarnation)),
      .write(
        SubmitShipNotice(orders: orders, notices: notices, tolerances: parts.tolerances)),
      .write(CancelShipNotice(orders: orders, notices: notices)),
      .write(ReportMilestone(notices: notices)),
      .read(GetShipNotice(notices: notices)),
      .read(ListShipNotices(incarnation: incarnation)),
      .write(RecordReceipt(orders: orders, notices: notices, discrepancies: discrepancies)),
      .read(ListDiscrepancies(incarnation: incarnation)),
      .write(SettleDiscrepancy(desk: discrepancies)),
      .write(SubmitForecast()),
      .read(GetForecast()),
      .write(ReportSupplyShortage(desk: signals)),
      .read(ListSupplySignals(incarnation: incarnation, follower: parts.shortages)),
      .write(CloseSupplySignal(desk: signals)),
    ] + GenealogyRoutes.all(incarnation) + EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
