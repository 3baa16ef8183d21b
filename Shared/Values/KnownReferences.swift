/// An item as master data has it.
public struct KnownItem: Sendable, Hashable {
  /// The unit it is counted in.
  public var unit: String
  /// How its pieces are told apart.
  public var tracking: Tracking
  /// Whether it may be used now.
  public var isInForce: Bool
  /// Which revision of it was looked at.
  public var revision: Int64

  /// An item of its parts.
  public init(unit: String, tracking: Tracking = .none, isInForce: Bool, revision: Int64) {
    self.unit = unit
    self.tracking = tracking
    self.isInForce = isInForce
    self.revision = revision
  }
}

/// A unit as master data has it.
public struct KnownUnit: Sendable, Hashable {
  /// Units of one category can be converted into each other.
  public var category: String
  /// How many of the category's reference unit it is.
  public var ratio: UnitRatio
  /// Its smallest step, above zero.
  public var rounding: Quantity
  /// Whether it may be used now.
  public var isInForce: Bool

  /// A unit of its parts.
  public init(category: String, ratio: UnitRatio, rounding: Quantity, isInForce: Bool) {
    self.category = category
    self.ratio = ratio
    self.rounding = rounding
    self.isInForce = isInForce
  }
}

/// A location as master data has it.
public struct KnownLocation: Sendable, Hashable {
  /// The location it is in; empty at the top.
  public var parent: String
  /// Whether it may be used now.
  public var isInForce: Bool

  /// A location of its parts.
  public init(parent: String, isInForce: Bool) {
    self.parent = parent
    self.isInForce = isInForce
  }
}

/// What is known of the codes that callers name.
public protocol KnownReferences {
  /// The item of a code, `nil` when there is none.
  func item(_ code: String) throws -> KnownItem?
  /// The unit of a name, `nil` when there is none.
  func unit(_ name: String) throws -> KnownUnit?
  /// Whether there is such a work center, and it may be used now.
  func isWorkCenter(_ code: String) throws -> Bool
  /// The location of a code, `nil` when there is none.
  func location(_ code: String) throws -> KnownLocation?
  /// Whether there is such a business partner, and it may be used now.
  func isBusinessPartner(_ code: String) throws -> Bool
}
