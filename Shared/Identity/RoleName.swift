public import Values

/// The name of a role: a set of methods that the Gateway knows, for example `mes`.
public struct RoleName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name.
  public let description: String

  /// What a role's name looks like.
  public static let rule = TextRule(maximumLength: 32, characters: .code)
  /// The shop floor's system: takes orders over and reports on them.
  public static let mes = RoleName("mes")

  /// A role by its name; the caller has checked it.
  public init(_ name: String) { description = name }

  /// By name.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
