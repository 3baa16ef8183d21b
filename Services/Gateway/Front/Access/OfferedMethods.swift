import Contracts

/// The methods that partners can be granted.
public enum OfferedMethods {
  /// Their paths, by the contracts that this Gateway was built with.
  public static let paths: Set<String> = paths(
    of: Production.V1.ProductionService.name, Production.V1.ProductionService.methodNames
  ).union(paths(of: Gateway.V1.GatewayService.name, Gateway.V1.GatewayService.methodNames))
    .union(paths(of: Gateway.V1.PartnerService.name, Gateway.V1.PartnerService.methodNames))

  private static func paths(of service: String, _ methods: [String]) -> Set<String> {
    Set(methods.map { "/\(service)/\($0)" })
  }
}
