/// A quantity with its unit, as the contracts carry it (`millrace.common.v1.Quantity`).
public struct Amount: Sendable, Hashable, CustomStringConvertible {
  /// How much.
  public let value: Quantity
  /// Of what unit: its name as the system of record spells it.
  public let unit: String
  /// What a unit's name looks like.
  public static let unitRule = TextRule(maximumLength: 64, characters: .visible)

  /// So much of a unit.
  public init(_ value: Quantity, _ unit: String) {
    self.value = value
    self.unit = unit
  }

  /// For people: `40 Units`.
  public var description: String { "\(value) \(unit)" }
}
