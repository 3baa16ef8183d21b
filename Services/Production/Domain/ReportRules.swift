import Values

/// What one report says, before it is known whether the order takes it.
struct ReportedOutput: Sendable, Hashable {
  /// The operation as the sender named it; empty means the order's reporting operation.
  var operation: String
  /// Good pieces as sent; `nil` means none.
  var good: Amount?
  /// Scrapped pieces as sent; `nil` means none.
  var scrap: Amount?
  var isFinal: Bool

  var output: Output { Output(good: good?.value ?? .zero, scrap: scrap?.value ?? .zero) }
}

/// By how much good pieces may exceed the plan.
struct OverProductionTolerance: Sendable, Hashable {
  /// In percent of the planned quantity, zero or more.
  let percent: Quantity

  /// The plan is the limit.
  static let none = OverProductionTolerance(percent: .zero)

  /// Whether so many good pieces are within the tolerance. Exact: nothing is rounded.
  func allows(_ good: Quantity, of planned: Quantity) -> Bool {
    // Both products stay below 10^18 × 10^15, far inside 128 bits.
    let hundred = Int128(100 * Quantity.scale)
    return Int128(good.millionths) * hundred
      <= Int128(planned.millionths) * (hundred + Int128(percent.millionths))
  }
}

/// What an accepted report did to its order.
struct AcceptedReport: Sendable, Hashable {
  /// The operation it counts for; empty for an order without operations.
  var operation: String
  var output: Output
  var isFinal: Bool
}

extension Order {
  /// Takes a report: checks it against the order, moves the state, adds to the totals.
  ///
  /// Only the reporting operation makes output: it alone is held against the plan, consumes
  /// components and can be final. Reports of other operations are progress.
  /// - Parameters:
  ///   - sequence: the report's sequence, above every earlier one of the order.
  ///   - receivedAt: when it is recorded.
  mutating func take(
    _ report: ReportedOutput, sequence: Int64, receivedAt: Instant,
    tolerance: OverProductionTolerance
  ) throws(ProductionError) -> AcceptedReport {
    let key = definition.key
    if let item = definition.firstTrackedItem { throw .trackingNotSupported(key, item: item) }
    let operation = report.operation.isEmpty ? definition.reportingOperation : report.operation
    guard definition.reportableOperations.contains(operation) else {
      throw .operationNotFound(key, operation: operation)
    }
    // What happened after the ERP system had ended it has happened all the same.
    if !state.isEndedInERP { try take(report.isFinal ? .finalReport : .report) }
    if report.isFinal, !state.isEndedInERP { try checkNoChangeWaits() }
    try checkUnits(of: report)
    if report.isFinal, operation != definition.reportingOperation {
      throw .finalOfOtherOperation(key, reporting: definition.reportingOperation)
    }
    totals = try added(report.output, of: operation, sequence: sequence)
    let planned = definition.planned.value
    // A report without good pieces adds nothing to the plan: an order that was changed to less than was made
    // comes to its end.
    guard report.output.good.isZero || tolerance.allows(totals.output.good, of: planned) else {
      throw .overProduction(
        key, good: totals.output.good, planned: planned, percent: tolerance.percent)
    }
    revision += 1
    lastReportAt = receivedAt
    return AcceptedReport(operation: operation, output: report.output, isFinal: report.isFinal)
  }

  private func checkUnits(of report: ReportedOutput) throws(ProductionError) {
    for (field, amount) in [("good", report.good), ("scrap", report.scrap)] {
      guard let unit = amount?.unit, unit != definition.planned.unit else { continue }
      throw .unitMismatch(
        definition.key, field: field, unit: unit, expected: definition.planned.unit)
    }
  }

  /// The new totals, and the proof that everything that follows from them can be written down.
  private func added(_ output: Output, of operation: String, sequence: Int64)
    throws(ProductionError) -> OrderTotals
  {
    do {
      let totals = try totals.adding(output, of: operation, sequence: sequence, in: definition)
      _ = try totals.output(of: operation, in: definition).processed()
      _ = try definition.consumption(of: totals.output)
      return totals
    } catch {
      throw .quantityOverflow(definition.key)
    }
  }
}
