import Contracts

/// The methods that partners can be granted.
public enum OfferedMethods {
  /// Their paths, by the contracts that this Gateway was built with.
  public static let paths: Set<String> = Set(
    [
      (Production.V1.ProductionService.name, Production.V1.ProductionService.methodNames),
      (Masterdata.V1.MasterDataService.name, Masterdata.V1.MasterDataService.methodNames),
      (Gateway.V1.GatewayService.name, Gateway.V1.GatewayService.methodNames),
      (Gateway.V1.PartnerService.name, Gateway.V1.PartnerService.methodNames),
      (Audit.V1.AuditService.name, Audit.V1.AuditService.methodNames),
      (Gateway.V1.TokenService.name, Gateway.V1.TokenService.methodNames),
      (Gateway.V1.UsageService.name, Gateway.V1.UsageService.methodNames),
      (Gateway.V1.VersionService.name, Gateway.V1.VersionService.methodNames),
    ].flatMap { service, methods in methods.map { "/\(service)/\($0)" } })

  /// Whether there is a method of this name, `package.Service/Method`, or any of a service's when it is
  /// `package.Service/*`.
  public static func includes(_ name: String) -> Bool {
    name.hasSuffix("/*")
      ? paths.contains { $0.hasPrefix("/" + name.dropLast()) } : paths.contains("/" + name)
  }

  /// The packages of these methods.
  static let packages = Set(paths.map { VersionPolicy.package(of: $0) })
}
