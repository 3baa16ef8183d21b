import Environment
import Testing
import Values

@testable import Production

/// Properties over seeded random orders; a failure prints its seed.
@Suite("Totals and consumption")
struct TotalsPropertyTests {
  static let seeds = Array<UInt64>(1...200)

  @Test("The sum of reports is the same in every order", arguments: seeds)
  func anyOrder(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let definition = OrderDefinition.sample(planned: "1000000")
    let reports = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
      (
        operation: Bool.random(using: &generator) ? "CUT" : "ASSEMBLE",
        output: Output(
          good: .random(below: 10_000_000_000, &generator),
          scrap: .random(below: 1_000_000_000, &generator))
      )
    }
    func totals(_ reports: [(operation: String, output: Output)]) throws -> OrderTotals {
      try reports.enumerated().reduce(OrderTotals()) { totals, next in
        try totals.adding(
          next.element.output, of: next.element.operation, sequence: Int64(next.offset + 1),
          in: definition)
      }
    }
    let straight = try totals(reports)
    let shuffled = try totals(reports.shuffled(using: &generator))
    #expect(straight == shuffled, "seed \(seed)")
    let good = reports.filter { $0.operation == "ASSEMBLE" }.map(\.output.good.millionths)
    #expect(straight.output.good.millionths == good.reduce(0, +), "seed \(seed)")
    #expect(straight.reportCount == Int64(reports.count), "seed \(seed)")
  }

  @Test("Consumption is the exact proportion, rounded half up once, on the total", arguments: seeds)
  func rounding(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let planned = Quantity.random(below: 1_000_000_000_000, &generator, from: 1)
    let demand = Quantity.random(below: 1_000_000_000_000, &generator)
    let step = try Quantity(
      millionths: [1, 10_000, 50_000, 125_000, 1_000_000, 12_000_000].randomElement(
        using: &generator) ?? 1)
    let output = Output(
      good: .random(below: planned.millionths, &generator),
      scrap: .random(below: 1_000_000, &generator))
    let component = ComponentLine(
      line: 1, itemCode: "X", demand: Amount(demand, "kg"), unitRounding: step, operation: "",
      tracking: .none)
    var definition = OrderDefinition.sample(components: [component])
    definition.planned = Amount(planned, "Units")
    let consumed = try #require(try definition.consumption(of: output).first).amount.value

    // processed × demand ÷ planned lies within half a step of what is consumed, the half itself
    // below it:
    //   (consumed − step/2) × planned ≤ processed × demand < (consumed + step/2) × planned, all
    //   times two.
    let processed = Int128(try output.processed().millionths)
    let exact = 2 * processed * Int128(demand.millionths)
    let lower =
      (2 * Int128(consumed.millionths) - Int128(step.millionths)) * Int128(planned.millionths)
    let upper =
      (2 * Int128(consumed.millionths) + Int128(step.millionths)) * Int128(planned.millionths)
    #expect(lower <= exact && exact < upper, "seed \(seed)")
    #expect(consumed.millionths % step.millionths == 0, "seed \(seed)")
  }

  @Test("A thousand reports of one round as one report of a thousand")
  func roundingOfTheTotal() throws {
    let definition = OrderDefinition.sample(planned: "1000")
    var totals = OrderTotals()
    for sequence in 1...1_000 {
      totals = try totals.adding(
        Output(good: .decimal("1"), scrap: .zero), of: "ASSEMBLE", sequence: Int64(sequence),
        in: definition)
    }
    let consumption = try definition.consumption(of: totals.output)
    #expect(consumption.map(\.amount.value) == [.decimal("20"), .decimal("0.7")])
  }

  @Test("Half a step is rounded up")
  func halfUp() throws {
    let half = ComponentLine.sample(line: 1, "X", demand: "5", rounding: "1")
    let definition = OrderDefinition.sample(components: [half])
    let consumption = try definition.consumption(of: Output(good: .decimal("1"), scrap: .zero))
    #expect(consumption.first?.amount.value == .decimal("1"))
  }
}

extension Quantity {
  /// A quantity of `from` to `below` − 1 millionths.
  static func random(
    below: Int64, _ generator: inout SeededGenerator, from: Int64 = 0
  ) -> Quantity {
    let millionths = below <= from ? from : Int64.random(in: from..<below, using: &generator)
    return (try? Quantity(millionths: millionths)) ?? .zero
  }
}
