import ServiceKit
import Testing
import Values

@testable import Production

@Suite("What a report means")
struct ReportRulesTests {
  @Test("A report without operation counts for the reporting operation")
  func reportingOperation() throws {
    var order = Order.acknowledged()
    try order.report(good: "4", scrap: "1")
    #expect(order.totals.output == Output(good: .decimal("4"), scrap: .decimal("1")))
    #expect(order.totals.otherOperations.isEmpty)
    #expect(order.state == .running)
    #expect(order.revision == 2)
  }

  @Test("Reports of other operations are progress only: no output, no consumption, no limit")
  func otherOperations() throws {
    var order = Order.acknowledged()
    try order.report(good: "25", operation: "CUT")
    #expect(order.totals.output.isNothing)
    #expect(order.totals.otherOperations["CUT"]?.good == .decimal("25"))
    let consumption = try order.definition.consumption(of: order.totals.output)
    #expect(consumption.allSatisfy { $0.amount.value.isZero })
  }

  @Test("The order may name another reporting operation than its last one")
  func namedReportingOperation() throws {
    var order = Order.acknowledged(.sample(reporting: "CUT"))
    try order.report(good: "3", operation: "ASSEMBLE")
    #expect(order.totals.output.isNothing)
    try order.report(good: "2")
    #expect(order.totals.output.good == .decimal("2"))
  }

  @Test("An order without operations takes reports without one")
  func noOperations() throws {
    var order = Order.acknowledged(.sample(operations: []))
    try order.report(good: "3")
    #expect(order.totals.output.good == .decimal("3"))
    #expect(throws: ProductionError.operationNotFound(order.definition.key, operation: "CUT")) {
      try order.report(good: "1", operation: "CUT")
    }
  }

  /// Planned 10: percent, good, whether it is taken.
  static let tolerances: [(String, String, Bool)] = [
    ("0", "10", true), ("0", "10.000001", false), ("10", "11", true), ("10", "11.000001", false),
    ("0.00001", "10.000001", true), ("0.000009", "10.000001", false),
    ("33.333333", "13.333333", true),
    ("33.333333", "13.333334", false),
  ]

  @Test("Good pieces may exceed the plan by the tolerance, to the millionth", arguments: tolerances)
  func overProduction(percent: String, good: String, isTaken: Bool) throws {
    let tolerance = OverProductionTolerance(percent: .decimal(percent))
    var order = Order.acknowledged()
    if isTaken {
      try order.report(good: good, tolerance: tolerance)
    } else {
      let error = #expect(throws: ProductionError.self) {
        try order.report(good: good, tolerance: tolerance)
      }
      #expect(error?.refusal.reason == "OVER_PRODUCTION")
    }
  }

  @Test("Scrap does not count against the plan: what was scrapped is made again")
  func scrapBeyondPlan() throws {
    var order = Order.acknowledged()
    try order.report(good: "10", scrap: "7")
    #expect(try order.totals.output.processed() == .decimal("17"))
  }

  @Test("A final report completes the order, whatever was made")
  func finalReport() throws {
    var order = Order.acknowledged()
    try order.report(isFinal: true)
    #expect(order.state == .completed)
    #expect(
      throws: ProductionError.orderState(order.definition.key, state: .completed, step: .report)
    ) {
      try order.report(good: "1")
    }
  }

  @Test("A final report must be about the reporting operation")
  func finalOfOtherOperation() {
    var order = Order.acknowledged()
    #expect(
      throws: ProductionError.finalOfOtherOperation(order.definition.key, reporting: "ASSEMBLE")
    ) {
      try order.report(good: "1", operation: "CUT", isFinal: true)
    }
  }

  @Test("Reports are refused while anything is tracked by lot or serial number")
  func tracking() {
    let tracked = ComponentLine.sample(
      line: 1, "PAINT", demand: "1", rounding: "0.01", tracking: .lot)
    for (definition, item) in [
      (OrderDefinition.sample(tracking: .serial), "TABLE"),
      (OrderDefinition.sample(components: [tracked]), "PAINT"),
    ] {
      var order = Order.acknowledged(definition)
      #expect(throws: ProductionError.trackingNotSupported(definition.key, item: item)) {
        try order.report(good: "1")
      }
    }
  }

  @Test("Only the order's unit is taken, for good and for scrap")
  func units() {
    for (field, good, scrap) in [
      ("good", Amount(.decimal("1"), "kg"), nil), ("scrap", nil, Amount(.decimal("1"), "kg")),
    ] as [(String, Amount?, Amount?)] {
      var order = Order.acknowledged()
      let report = ReportedOutput(operation: "", good: good, scrap: scrap, isFinal: false)
      let error = #expect(throws: ProductionError.self) {
        _ = try order.take(
          report, sequence: 1, receivedAt: Instant(seconds: 0), tolerance: .none)
      }
      #expect(error?.refusal.reason == "UNIT_MISMATCH")
      #expect(error?.refusal.violations.first?.field == "\(field).unit")
    }
  }

  @Test("A total, and a consumption that follows from it, must fit")
  func overflow() throws {
    let generous = OverProductionTolerance(percent: .decimal("1000"))
    var order = Order.acknowledged(.sample(planned: "999999999999", components: []))
    try order.report(good: "999999999999.999999", tolerance: generous)
    #expect(throws: ProductionError.quantityOverflow(order.definition.key)) {
      try order.report(good: "0.000001", tolerance: generous)
    }
    let hungry = ComponentLine.sample(
      line: 1, "SAND", demand: "999999999999", rounding: "0.01")
    var small = Order.acknowledged(.sample(planned: "1", components: [hungry]))
    #expect(throws: ProductionError.quantityOverflow(small.definition.key)) {
      try small.report(good: "1", scrap: "1")
    }
  }
}
