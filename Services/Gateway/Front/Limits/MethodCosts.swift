import Contracts
import Identity
import Protobuf

/// What a method counts for in its caller's rate.
public enum MethodCosts {
  /// A page of a list, or a batch, reads or writes up to 500 records where another call does one.
  static let list: Int64 = 5

  /// A snapshot is written 500 records at a time, up to 500 times; a stream costs its connection, too.
  static let snapshot: Int64 = 50

  /// What a call of a path counts for.
  static func cost(of path: String) -> Int64 { standard[path, default: 1] }

  /// Methods with several records in one request, beside the lists.
  private static func isAboutMany(_ name: String, of house: House?) -> Bool {
    // All of MasterData's calls are about many records.
    house == .masterData || name.hasPrefix("List") || name.hasSuffix("Batch")
      // Reads all that the ledger has of the caller.
      || name == "GetMyDeprecations"
  }

  /// What does not count in its caller's day: by it a partner sees how far it is, and what becomes of
  /// its calls, also when the day is used up.
  public static let free: Set<String> = [
    Gateway.V1.UsageService.listUsage.path, Gateway.V1.VersionService.getMyDeprecations.path,
  ]

  /// Those that cost more than one call, by path.
  public static let standard: [String: Int64] = OfferedService.all.reduce(into: [:]) {
    costs, service in
    for path in service.paths({ isAboutMany($0, of: service.house) }) { costs[path] = list }
    for path in service.requestStreamPaths { costs[path] = snapshot }
  }
}
