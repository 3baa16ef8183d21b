import Values

/// What was reported on an order so far: absolute figures, the target that Odoo is brought to.
struct OrderTotals: Sendable, Hashable {
  /// The newest report in these totals; 0 before the first.
  var throughSequence: Int64
  /// Good pieces of the reporting operation.
  var good: Quantity
  /// Scrapped pieces of the reporting operation.
  var scrap: Quantity
  /// Consumption by component line.
  var consumed: [Int32: Quantity]
  /// Good pieces by operation, of those that were reported on.
  var operations: [String: Quantity]
  /// Whether the final report is in.
  var isFinal: Bool

  /// Nothing reported yet.
  static let none = OrderTotals(
    throughSequence: 0, good: .zero, scrap: .zero, consumed: [:], operations: [:], isFinal: false)
}
