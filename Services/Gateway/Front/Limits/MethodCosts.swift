import Contracts
import Protobuf

/// What a method counts for in its caller's rate.
public enum MethodCosts {
  /// A page of a list, or a batch, reads or writes up to 500 records where another call does one.
  static let list: Int64 = 5

  /// A snapshot is written 500 records at a time, up to 500 times; a stream costs its connection, too.
  static let snapshot: Int64 = 50

  /// What a call of a path counts for.
  static func cost(of path: String) -> Int64 { standard[path, default: 1] }

  /// All of its calls are about many records.
  private static let masterData = Masterdata.V1.MasterDataService.methodNames.map { name in
    ("/\(Masterdata.V1.MasterDataService.name)/\(name)", name == "ImportSnapshot" ? snapshot : list)
  }

  /// What does not count in its caller's day: by it a partner sees how far it is, and what becomes of
  /// its calls, also when the day is used up.
  public static let free: Set<String> = [
    Gateway.V1.UsageService.listUsage.path, Gateway.V1.VersionService.getMyDeprecations.path,
  ]

  /// Those that cost more than one call, by path.
  public static let standard: [String: Int64] = [
    Production.V1.ProductionService.listOrders.path: list,
    Production.V1.ProductionService.listReports.path: list,
    Gateway.V1.GatewayService.listPostings.path: list,
    Gateway.V1.GatewayService.listCases.path: list,
    Gateway.V1.PartnerService.listPartners.path: list,
    Gateway.V1.UsageService.listUsage.path: list,
    // Reads all that the ledger has of the caller.
    Gateway.V1.VersionService.getMyDeprecations.path: list,
  ].merging(masterData) { own, _ in own }
}
