import Contracts
public import Identity

/// What one service offers to partners.
public struct OfferedService: Sendable {
  /// Which service; `nil` for the Gateway itself.
  public let house: House?
  /// Its full name.
  public let name: String
  /// The names of its methods.
  public let methodNames: [String]

  init(_ house: House?, _ name: String, _ methodNames: [String]) {
    self.house = house
    self.name = name
    self.methodNames = methodNames
  }

  /// The paths of those of its methods that a test holds for.
  public func paths(_ isMeant: (String) -> Bool = { _ in true }) -> Set<String> {
    Set(methodNames.filter(isMeant).map { "/\(name)/\($0)" })
  }

  /// What the paths of its package start with: it ends with a dot, so that no other package's name can
  /// continue it.
  public var pathPrefix: String {
    "/" + name.prefix(through: name.lastIndex(of: ".") ?? name.startIndex)
  }

  /// Watches and streams of facts stay open.
  public var longLivedPaths: Set<String> {
    paths { $0.hasPrefix("Watch") || $0.hasPrefix("Stream") }
  }

  /// The methods that take a stream of requests.
  public var requestStreamPaths: Set<String> {
    paths { $0 == "ImportSnapshot" || $0.hasPrefix("Stream") }
  }

  /// What the services offer, the Gateway last.
  public static let all: [OfferedService] =
    houses + [
      OfferedService(nil, Gateway.V1.GatewayService.name, Gateway.V1.GatewayService.methodNames),
      OfferedService(nil, Gateway.V1.PartnerService.name, Gateway.V1.PartnerService.methodNames),
      OfferedService(nil, Audit.V1.AuditService.name, Audit.V1.AuditService.methodNames),
      OfferedService(nil, Gateway.V1.TokenService.name, Gateway.V1.TokenService.methodNames),
      OfferedService(nil, Gateway.V1.UsageService.name, Gateway.V1.UsageService.methodNames),
      OfferedService(nil, Gateway.V1.VersionService.name, Gateway.V1.VersionService.methodNames),
    ]

  /// The services behind the Gateway.
  public static let houses: [OfferedService] = [
    OfferedService(
      .production, Production.V1.ProductionService.name,
      Production.V1.ProductionService.methodNames),
    OfferedService(
      .masterData, Masterdata.V1.MasterDataService.name,
      Masterdata.V1.MasterDataService.methodNames),
    OfferedService(
      .inventory, Inventory.V1.InventoryService.name, Inventory.V1.InventoryService.methodNames),
    OfferedService(
      .procurement, Procurement.V1.ProcurementService.name,
      Procurement.V1.ProcurementService.methodNames),
    OfferedService(
      .quality, Quality.V1.QualityService.name, Quality.V1.QualityService.methodNames),
  ]
}
