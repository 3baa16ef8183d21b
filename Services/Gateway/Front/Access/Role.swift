public import Identity

/// A named set of methods.
public struct Role: Sendable, Hashable {
  /// Its name.
  public let name: RoleName
  /// Paths of methods (`/package.Service/Method`), or of all of a service (`/package.Service/`).
  public let paths: Set<String>

  /// A role of its parts.
  public init(_ name: RoleName, paths: Set<String>) {
    self.name = name
    self.paths = paths
  }

  /// A role of methods as configurations name them: `package.Service/Method`, `package.Service/*`.
  /// - Returns: `nil` when one of them is no such name.
  public init?(_ name: RoleName, methods: [String]) {
    var paths: Set<String> = []
    for method in methods {
      let parts = method.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].contains("."), !parts[1].isEmpty,
        method.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
      else { return nil }
      paths.insert("/" + (parts[1] == "*" ? "\(parts[0])/" : method))
    }
    self.init(name, paths: paths)
  }
}
