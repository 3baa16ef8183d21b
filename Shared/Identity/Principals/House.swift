/// The services that own records, by the one name that each has everywhere: in configurations, in logs and
/// as the audience of principals.
public struct House: Sendable, Hashable {
  /// Its name: `production`.
  public let name: String

  /// Orders and what the shop floor reports.
  public static let production = House(name: "production")
  /// What the plants work with.
  public static let masterData = House(name: "masterdata")
  /// What is where.
  public static let inventory = House(name: "inventory")
  /// Purchase orders and what suppliers say about them.
  public static let procurement = House(name: "procurement")
  /// Inspections, nonconformances and holds.
  public static let quality = House(name: "quality")

  /// All of them.
  public static let all = [production, masterData, inventory, procurement, quality]

  /// The audience of principals that are for it.
  public var audience: String { "millrace.\(name)" }
}
