import Contracts
import Protobuf

/// What a method counts for in its caller's rate.
public enum MethodCosts {
  /// A page of a list, or a batch, reads or writes up to 500 records where another call does one.
  static let list: Int64 = 5

  /// What a call of a path counts for.
  static func cost(of path: String) -> Int64 { standard[path, default: 1] }

  /// What does not count in its caller's day: by it a partner sees how far it is, and what becomes of
  /// its calls, also when the day is used up.
  public static let free: Set<String> = [
    Gateway.V1.UsageService.listUsage.path, Gateway.V1.VersionService.getMyDeprecations.path,
  ]

  /// Those that cost more than one call, by path.
  public static let standard: [String: Int64] = [
    Production.V1.ProductionService.listOrders.path: list,
    Production.V1.ProductionService.listReports.path: list,
    Masterdata.V1.MasterDataService.getUnits.path: list,
    Masterdata.V1.MasterDataService.listUnits.path: list,
    Masterdata.V1.MasterDataService.upsertUnits.path: list,
    Masterdata.V1.MasterDataService.getItems.path: list,
    Masterdata.V1.MasterDataService.listItems.path: list,
    Masterdata.V1.MasterDataService.upsertItems.path: list,
    Gateway.V1.GatewayService.listPostings.path: list,
    Gateway.V1.GatewayService.listCases.path: list,
    Gateway.V1.PartnerService.listPartners.path: list,
    Gateway.V1.UsageService.listUsage.path: list,
    // Reads all that the ledger has of the caller.
    Gateway.V1.VersionService.getMyDeprecations.path: list,
  ]
}
