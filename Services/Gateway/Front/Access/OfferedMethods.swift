/// The methods that partners can be granted.
public enum OfferedMethods {
  /// Their paths, by the contracts that this Gateway was built with.
  public static let paths = OfferedService.all.reduce(into: Set<String>()) { paths, service in
    paths.formUnion(service.paths())
  }

  /// Whether there is a method of this name, `package.Service/Method`, or any of a service's when it is
  /// `package.Service/*`.
  public static func includes(_ name: String) -> Bool {
    name.hasSuffix("/*")
      ? paths.contains { $0.hasPrefix("/" + name.dropLast()) } : paths.contains("/" + name)
  }

  /// The packages of these methods.
  static let packages = Set(paths.map { VersionPolicy.package(of: $0) })
}
