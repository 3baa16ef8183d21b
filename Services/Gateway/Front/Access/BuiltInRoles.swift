import Contracts
import Identity
import Protobuf

extension Role {
  /// The roles that every Gateway has. A configuration may add others, and never changes these.
  public static let builtIn: [Role] = [
    Role(
      .mes,
      paths: reading.union([
        Production.V1.ProductionService.acknowledgeOrder.path,
        Production.V1.ProductionService.reportProduction.path,
      ])),
    Role(RoleName("wms"), paths: reading),
    Role(RoleName("planner"), paths: reading.union([everythingOfOdoo])),
    Role(RoleName("auditor"), paths: reading.union([everythingOfOdoo])),
    Role(RoleName("operator"), paths: [everythingOfOdoo]),
    Role(RoleName("integration"), paths: [everythingOfProduction, everythingOfOdoo]),
    Role(RoleName("admin"), paths: [everythingOfOdoo, everythingOfPartners]),
    // What they will call comes with its services.
    Role(RoleName("supplier"), paths: []),
    Role(RoleName("logistics"), paths: []),
    Role(RoleName("quality"), paths: []),
  ]

  private static let reading: Set<String> = [
    Production.V1.ProductionService.getOrder.path,
    Production.V1.ProductionService.listOrders.path,
    Production.V1.ProductionService.listReports.path,
    Production.V1.ProductionService.watchOrders.path,
  ]
  private static let everythingOfProduction = "/\(Production.V1.ProductionService.name)/"
  private static let everythingOfPartners = "/\(Gateway.V1.PartnerService.name)/"
  private static let everythingOfOdoo = "/\(Gateway.V1.GatewayService.name)/"
}
