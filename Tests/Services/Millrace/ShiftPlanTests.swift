import Testing

@testable import Millrace

@Suite("Shift plan")
struct ShiftPlanTests {
  private static let orders = [
    ShiftOrder(name: "WH/MO/1", plannedPieces: 120, unit: "Units", operations: ["CUT", "ASM"]),
    ShiftOrder(name: "WH/MO/2", plannedPieces: 320, unit: "Units", operations: ["CUT", "ASM"]),
    ShiftOrder(name: "WH/MO/3", plannedPieces: 520, unit: "Units", operations: []),
  ]

  private func plan(_ reports: Int = 200) throws -> ShiftPlan {
    try ShiftPlan(orders: Self.orders, reportCount: reports)
  }

  private func count(_ plan: ShiftPlan, _ matches: (ShiftStep) -> Bool) -> Int {
    plan.steps.filter(matches).count
  }

  @Test("Two hundred reports, twelve of them twice, and three refused ones")
  func counts() throws {
    let plan = try plan()
    #expect(plan.reports.count == 200)
    #expect(count(plan) { if case .again = $0 { true } else { false } } == 12)
    #expect(count(plan) { if case .otherContent = $0 { true } else { false } } == 1)
    #expect(count(plan) { if case .badFields = $0 { true } else { false } } == 1)
    #expect(count(plan) { if case .wrongKey = $0 { true } else { false } } == 1)
    #expect(plan.steps.count == 215)
  }

  @Test("The same orders give the same plan")
  func repeatable() throws { #expect(try plan() == plan()) }

  @Test("Reports are numbered from one, in the order of sending")
  func numbers() throws { #expect(try plan().reports.map(\.number) == Array(1...200)) }

  @Test("The first order is made as planned, the second with scrap, the third ends short")
  func totals() throws {
    let plan = try plan()
    let totals = Self.orders.map { order in
      plan.reports.filter { $0.order == order.name && $0.countsForOutput }
        .reduce((good: Int64(0), scrap: Int64(0))) {
          ($0.good + $1.goodPieces, $0.scrap + $1.scrapPieces)
        }
    }
    #expect(totals[0] == (120, 0))
    #expect(totals[1].good + totals[1].scrap == 320)
    #expect(totals[1].scrap == 16)
    #expect(totals[2].good + totals[2].scrap == 520 - 520 / 25)
    #expect(totals[2].scrap > 0)
  }

  @Test("Each order has one final report, its last, on its last operation")
  func finals() throws {
    let reports = try plan().reports
    for order in Self.orders {
      let own = reports.filter { $0.order == order.name }
      #expect(own.filter(\.isFinal).count == 1)
      #expect(own.last?.isFinal == true)
      #expect(own.last?.operation == order.operations.last ?? "")
    }
  }

  @Test("Every report has pieces, and every operation has reports")
  func nothingEmpty() throws {
    let reports = try plan().reports
    #expect(reports.allSatisfy { $0.goodPieces + $0.scrapPieces > 0 && $0.goodPieces >= 0 })
    for operation in ["CUT", "ASM"] {
      #expect(reports.contains { $0.order == "WH/MO/1" && $0.operation == operation })
    }
  }

  @Test("A fact is sent again only after it was sent")
  func againAfterFirst() throws {
    var sent: Set<Int> = []
    for step in try plan().steps {
      switch step {
      case .report(let report): sent.insert(report.number)
      case .again(let report), .otherContent(let report), .badFields(let report),
        .wrongKey(let report):
        #expect(sent.contains(report.number))
      }
    }
  }

  @Test("Any number of reports gives exactly so many", arguments: [5, 6, 7, 50, 199, 201, 600])
  func anyCount(reports: Int) throws { #expect(try plan(reports).reports.count == reports) }

  @Test("What cannot be planned is refused with the reason")
  func refused() {
    #expect(throws: ShiftPlanError.noOrders) { try ShiftPlan(orders: [], reportCount: 10) }
    #expect(throws: ShiftPlanError.tooFewReports(wanted: 4, needed: 5)) {
      try ShiftPlan(orders: Self.orders, reportCount: 4)
    }
    #expect(throws: ShiftPlanError.tooFewPieces(order: "WH/MO/1", pieces: 120, reports: 200)) {
      try ShiftPlan(orders: Self.orders, reportCount: 1_000)
    }
  }
}
