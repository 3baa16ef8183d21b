public import Values

// Arithmetic on the small figures of tests, where nothing can be out of range.
extension Quantity: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// So many whole units.
  public init(integerLiteral value: Int64) { self = .of(value) }

  /// A decimal.
  public init(stringLiteral value: String) {
    guard let quantity = try? Quantity(decimal: value) else {
      preconditionFailure("\(value) is not a quantity")
    }
    self = quantity
  }

  static func of(_ units: Int64) -> Quantity { Quantity(stringLiteral: String(units)) }

  func plus(_ other: Quantity) -> Quantity { (try? adding(other)) ?? .maximum }
  func minus(_ other: Quantity) -> Quantity { (try? subtracting(other)) ?? .maximum }
  func times(_ factor: Int64) -> Quantity {
    (try? Quantity(millionths: millionths * factor)) ?? .maximum
  }

  /// `self × part ÷ whole`, rounded as Odoo rounds units.
  func scaled(_ part: Quantity, _ whole: Quantity) -> Quantity {
    (try? proportion(of: part, to: whole, step: "0.01")) ?? .maximum
  }
}
