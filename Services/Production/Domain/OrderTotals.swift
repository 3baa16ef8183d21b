import Values

/// Good and scrapped pieces, in the order's unit.
struct Output: Sendable, Hashable {
  var good: Quantity
  var scrap: Quantity

  static let nothing = Output(good: .zero, scrap: .zero)

  var isNothing: Bool { good.isZero && scrap.isZero }

  /// - Throws: `QuantityError.outOfRange`.
  func adding(_ other: Output) throws(QuantityError) -> Output {
    Output(good: try good.adding(other.good), scrap: try scrap.adding(other.scrap))
  }

  /// What went through the operation: good and scrap together use up components.
  /// - Throws: `QuantityError.outOfRange`.
  func processed() throws(QuantityError) -> Quantity { try good.adding(scrap) }
}

/// What has been reported on an order so far. A sum: the order of the reports makes no difference.
struct OrderTotals: Sendable, Hashable {
  /// Of the reporting operation: the order's output.
  var output: Output = .nothing
  /// Of the other operations, by code: progress only.
  var otherOperations: [String: Output] = [:]
  /// How many reports were recorded.
  var reportCount: Int64 = 0
  /// The sequence of the newest report, 0 before the first.
  var throughSequence: Int64 = 0

  /// What was reported on one operation.
  func output(of operation: String, in definition: OrderDefinition) -> Output {
    operation == definition.reportingOperation
      ? output : otherOperations[operation, default: .nothing]
  }

  /// The totals with one more report.
  /// - Throws: `QuantityError.outOfRange` when a total no longer fits.
  func adding(
    _ report: Output, of operation: String, sequence: Int64, in definition: OrderDefinition
  )
    throws(QuantityError) -> OrderTotals
  {
    var totals = self
    if operation == definition.reportingOperation {
      totals.output = try output.adding(report)
    } else {
      totals.otherOperations[operation] =
        try otherOperations[operation, default: .nothing].adding(report)
    }
    totals.reportCount += 1
    totals.throughSequence = sequence
    return totals
  }
}

/// How much of one component the reports have used up.
struct Consumption: Sendable, Hashable {
  var line: Int64
  var itemCode: String
  var amount: Amount
}

extension OrderDefinition {
  /// What every component line's consumption comes to: (good + scrap) × demand ÷ planned quantity,
  /// rounded half up once, on the total, to the unit's rounding. So a thousand reports round as
  /// one.
  /// - Throws: `QuantityError.outOfRange` when a consumption does not fit.
  func consumption(of output: Output) throws(QuantityError) -> [Consumption] {
    let processed = try output.processed()
    var consumption: [Consumption] = []
    consumption.reserveCapacity(components.count)
    for component in components {
      let value = try processed.proportion(
        of: component.demand.value, to: planned.value, step: component.unitRounding)
      consumption.append(
        Consumption(
          line: component.line, itemCode: component.itemCode,
          amount: Amount(value, component.demand.unit)))
    }
    return consumption
  }
}
