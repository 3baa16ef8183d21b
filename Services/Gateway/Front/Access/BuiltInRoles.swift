import Contracts
import Identity
import Protobuf

extension Role {
  /// The roles that every Gateway has. A configuration may add others, and never changes these.
  public static let builtIn: [Role] = [
    builtIn(
      .mes,
      reading.union(holds).union(inventory(isReading)).union([
        Production.V1.ProductionService.acknowledgeOrder.path,
        Production.V1.ProductionService.reportProduction.path,
        Production.V1.ProductionService.reportProductionBatch.path,
        Production.V1.ProductionService.streamReports.path,
        Production.V1.ProductionService.reportGenealogy.path,
        Production.V1.ProductionService.reportShortage.path,
        Production.V1.ProductionService.acknowledgeChange.path,
        Production.V1.ProductionService.startWorkOrder.path,
        Production.V1.ProductionService.pauseWorkOrder.path,
        Production.V1.ProductionService.resumeWorkOrder.path,
        Production.V1.ProductionService.completeWorkOrder.path,
      ])),
    builtIn(
      RoleName("wms"),
      reading.union(holds)
        .union(inventory { !["ApproveAdjustment", "SettleMovement"].contains($0) })
        .union(procurement { ["GetShipNotice", "ListShipNotices"].contains($0) })
        .union([
          Procurement.V1.ProcurementService.recordReceipt.path,
          Procurement.V1.ProcurementService.reportMilestone.path,
        ])),
    builtIn(
      RoleName("planner"),
      reading.union(quality(isReading)).union(inventory(isReading)).union([
        everything(Gateway.V1.GatewayService.name),
        everything(Procurement.V1.ProcurementService.name),
        Inventory.V1.InventoryService.approveAdjustment.path,
        Inventory.V1.InventoryService.settleMovement.path,
        Production.V1.ProductionService.resolveProductionCase.path,
      ])),
    builtIn(
      RoleName("auditor"),
      reading.union(quality(isReading)).union(inventory(isReading)).union(procurement(isReading))
        .union([
          everything(Gateway.V1.GatewayService.name), everything(Audit.V1.AuditService.name),
        ])),
    builtIn(RoleName("steward"), [everything(Masterdata.V1.MasterDataService.name)]),
    builtIn(RoleName("operator"), [everything(Gateway.V1.GatewayService.name)]),
    builtIn(
      RoleName("integration"),
      Set(OfferedService.houses.map { everything($0.name) }).union([
        everything(Gateway.V1.GatewayService.name)
      ])),
    builtIn(
      RoleName("admin"),
      [
        everything(Gateway.V1.GatewayService.name), everything(Gateway.V1.PartnerService.name),
        everything(Gateway.V1.VersionService.name), everything(Gateway.V1.TokenService.name),
        everything(Audit.V1.AuditService.name),
      ]),
    builtIn(RoleName("supplier"), procurement(supplying.contains)),
    builtIn(
      RoleName("logistics"), procurement { ["ReportMilestone", "GetShipNotice"].contains($0) }),
    builtIn(
      RoleName("quality"),
      reading.union(inventory(isReading)).union([everything(Quality.V1.QualityService.name)])),
  ]

  /// What a supplier does: it sees and changes only what carries its own code.
  private static let supplying: Set<String> = [
    "AcknowledgePurchaseOrder", "ConfirmPurchaseOrder", "GetPurchaseOrder", "ListPurchaseOrders",
    "WatchPurchaseOrders", "SubmitShipNotice", "CancelShipNotice", "ReportMilestone",
    "GetShipNotice", "ListShipNotices", "ListDiscrepancies", "GetForecast",
  ]

  private static func isReading(_ method: String) -> Bool {
    ["Get", "List", "Watch", "Check", "Trace"].contains { method.hasPrefix($0) }
  }

  private static func inventory(_ isMeant: (String) -> Bool) -> Set<String> {
    paths(.inventory, isMeant)
  }

  private static func procurement(_ isMeant: (String) -> Bool) -> Set<String> {
    paths(.procurement, isMeant)
  }

  private static func quality(_ isMeant: (String) -> Bool) -> Set<String> {
    paths(.quality, isMeant)
  }

  /// What holds what, for those who meet it.
  private static let holds = quality { $0 == "GetHold" || $0.hasSuffix("Holds") }

  private static func paths(_ house: House, _ isMeant: (String) -> Bool) -> Set<String> {
    OfferedService.houses.first { $0.house == house }?.paths(isMeant) ?? []
  }

  /// A role with what every one of these has: to see its own usage, and what it should not call any
  /// more, and to get in-plant tokens for what it may call.
  private static func builtIn(_ name: RoleName, _ paths: Set<String>) -> Role {
    Role(
      name,
      paths: paths.union([
        Gateway.V1.UsageService.listUsage.path, Gateway.V1.VersionService.getMyDeprecations.path,
        Gateway.V1.TokenService.exchange.path,
      ]))
  }

  private static let reading = masterData.union([
    Production.V1.ProductionService.getOrder.path,
    Production.V1.ProductionService.listOrders.path,
    Production.V1.ProductionService.listReports.path,
    Production.V1.ProductionService.watchOrders.path,
    Production.V1.ProductionService.watchShortages.path,
    Production.V1.ProductionService.listWorkOrders.path,
    Production.V1.ProductionService.watchWorkOrders.path,
    Production.V1.ProductionService.listProductionCases.path,
  ])

  /// To know what one works with, and nothing more.
  private static let masterData = Set(
    Masterdata.V1.MasterDataService.methodNames
      .filter { name in ["Get", "List", "Watch", "Resolve"].contains { name.hasPrefix($0) } }
      .map { "/\(Masterdata.V1.MasterDataService.name)/\($0)" })

  private static func everything(_ service: String) -> String { "/\(service)/" }
}
