import Values

@testable import Production

extension OrderDefinition {
  /// Ten tables: two boards each, and varnish that does not divide evenly.
  static func sample(
    planned: String = "10", components: [ComponentLine]? = nil,
    operations: [String] = ["CUT", "ASSEMBLE"], reporting: String? = nil,
    tracking: Tracking = .none
  ) -> OrderDefinition {
    OrderDefinition(
      key: OrderKey(site: SiteCode("PLANT1"), name: "WH/MO/00001"), itemCode: "TABLE",
      planned: Amount(.decimal(planned), "Units"),
      components: components ?? [
        .sample(line: 1, "BOARD", demand: "20", rounding: "1"),
        .sample(line: 2, "VARNISH", demand: "0.7", rounding: "0.01"),
      ],
      operations: operations.enumerated().map { index, code in
        OperationStep(
          code: code, position: Int64(index + 1), workCenterCode: "WC",
          expectedDurationSeconds: 60)
      },
      reportingOperation: reporting ?? operations.last ?? "",
      plannedStart: Instant(seconds: 1_780_000_000), due: nil, tracking: tracking)
  }
}

extension ComponentLine {
  static func sample(
    line: Int64, _ itemCode: String, demand: String, rounding: String, tracking: Tracking = .none
  ) -> ComponentLine {
    ComponentLine(
      line: line, itemCode: itemCode, demand: Amount(.decimal(demand), "Units"),
      unitRounding: .decimal(rounding), operation: "", tracking: tracking)
  }
}

extension Order {
  static func acknowledged(_ definition: OrderDefinition = .sample()) -> Order {
    var order = Order(released: definition, at: Instant(seconds: 1_780_000_000))
    order.state = .acknowledged
    return order
  }

  /// Reports in the order's unit, sequence by sequence.
  mutating func report(
    good: String = "0", scrap: String = "0", operation: String = "", isFinal: Bool = false,
    tolerance: OverProductionTolerance = .none
  ) throws(ProductionError) {
    let unit = definition.planned.unit
    _ = try take(
      ReportedOutput(
        operation: operation, good: Amount(.decimal(good), unit),
        scrap: Amount(.decimal(scrap), unit), isFinal: isFinal),
      sequence: totals.throughSequence + 1, receivedAt: Instant(seconds: 1_780_000_100),
      tolerance: tolerance)
  }
}

extension Quantity {
  /// A quantity written in a test.
  static func decimal(_ text: String) -> Quantity {
    guard let quantity = try? Quantity(decimal: text) else {
      preconditionFailure("\(text) is not a quantity")
    }
    return quantity
  }
}
