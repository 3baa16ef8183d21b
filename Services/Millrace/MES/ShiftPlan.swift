import Values

/// What the sample MES needs to know of an order to plan its reports.
struct ShiftOrder: Sendable, Equatable {
  /// The order's name at release.
  let name: String
  /// How many whole pieces are to be made; 1 or more.
  let plannedPieces: Int64
  /// The order's unit, used by every report.
  let unit: String
  /// The codes of its operations in their order; empty when the item has no routing.
  let operations: [String]
}

/// One report as the shop floor will send it: an increment in whole pieces.
struct PlannedReport: Sendable, Equatable {
  /// The report's place in the shift, 1 and upwards; also its source sequence.
  let number: Int
  /// The order's name at release.
  let order: String
  /// The operation it is about; empty when the order has none.
  let operation: String
  /// Whether it counts for the order's output (the last operation).
  let countsForOutput: Bool
  /// Good pieces.
  let goodPieces: Int64
  /// Scrapped pieces.
  let scrapPieces: Int64
  /// The unit of both.
  let unit: String
  /// Whether it is the order's last report.
  let isFinal: Bool
}

/// One thing the sample MES does.
enum ShiftStep: Sendable, Equatable {
  /// A new fact.
  case report(PlannedReport)
  /// The same fact once more, as a machine does that did not hear the answer.
  case again(PlannedReport)
  /// The identity of an earlier fact with other figures: refused.
  case otherContent(PlannedReport)
  /// A fact of which several fields are wrong: refused.
  case badFields(PlannedReport)
  /// A fact sent with an API key that was never issued: refused.
  case wrongKey(PlannedReport)
}

/// Why no shift can be planned for these orders.
enum ShiftPlanError: Error, Equatable, CustomStringConvertible {
  /// There are no orders.
  case noOrders
  /// An order has fewer pieces than reports, and a report of nothing would be refused.
  case tooFewPieces(order: String, pieces: Int64, reports: Int)
  /// There are fewer reports than operations, so that not every operation can be reported.
  case tooFewReports(wanted: Int, needed: Int)

  var description: String {
    switch self {
    case .noOrders:
      "there is no order to report on"
    case .tooFewPieces(let order, let pieces, let reports):
      "order \(order) has \(pieces) pieces, too few for \(reports) reports on one operation"
    case .tooFewReports(let wanted, let needed):
      "\(wanted) reports are too few: every operation of every order needs one, \(needed) in all"
    }
  }
}

/// The sample shift: every order is worked off in many small reports, its operations one after the
/// other, all orders side by side. The same orders always give the same plan.
///
/// The first order is made exactly as planned. The second has scrap, the third (and every later
/// one) has scrap and ends short of the plan, so that closing below plan is shown too.
struct ShiftPlan: Sendable, Equatable {
  /// A fact is sent a second time after every so many reports: often enough to be seen in a shift
  /// of 200, seldom enough to stay the exception it is.
  static let reportsPerRepetition = 16
  /// One piece in so many is scrap on orders that have scrap.
  static let piecesPerScrap: Int64 = 20
  /// One piece in so many is never made on orders that end short of the plan.
  static let piecesPerShortfall: Int64 = 25

  /// What is done, in order.
  let steps: [ShiftStep]

  /// Plans `reportCount` different facts over the orders, plus the repeated and the refused ones.
  init(orders: [ShiftOrder], reportCount: Int) throws(ShiftPlanError) {
    guard !orders.isEmpty else { throw .noOrders }
    let operationCounts = orders.map { max($0.operations.count, 1) }
    let needed = operationCounts.reduce(0, +)
    guard reportCount >= needed else {
      throw .tooFewReports(wanted: reportCount, needed: needed)
    }
    // Reports are shared out by operations, so that each operation has about as many as any other.
    let cells = zip(orders, operationCounts).enumerated().flatMap { index, pair in
      (0..<pair.1).map { (orderIndex: index, order: pair.0, operation: $0, of: pair.1) }
    }
    var drafts: [Draft] = []
    for (position, cell) in cells.enumerated() {
      let count =
        reportCount * (position + 1) / cells.count - reportCount * position / cells.count
      drafts += try Self.reports(
        cell.order, style: cell.orderIndex, orderCount: orders.count, operation: cell.operation,
        of: cell.of, count: count)
    }
    drafts.sort { ($0.time, $0.order.name) < ($1.time, $1.order.name) }
    let reports = drafts.enumerated().map { $1.numbered($0 + 1) }
    steps = Self.withIncidents(reports)
  }

  /// The different facts of the plan, without repeated and refused ones.
  var reports: [PlannedReport] {
    steps.compactMap { if case .report(let report) = $0 { report } else { nil } }
  }
}

extension ShiftPlan {
  /// A report with the moment of the shift it belongs to, 0 to 1.
  private struct Draft {
    let order: ShiftOrder
    let operation: Int
    let operationCount: Int
    let time: Double
    let good: Int64
    let scrap: Int64
    let isFinal: Bool

    func numbered(_ number: Int) -> PlannedReport {
      PlannedReport(
        number: number, order: order.name,
        operation: order.operations.isEmpty ? "" : order.operations[operation],
        countsForOutput: operation == operationCount - 1, goodPieces: good, scrapPieces: scrap,
        unit: order.unit, isFinal: isFinal)
    }
  }

  /// The reports of one operation: `count` shares of the pieces it makes.
  private static func reports(
    _ order: ShiftOrder, style: Int, orderCount: Int, operation: Int, of operationCount: Int,
    count: Int
  ) throws(ShiftPlanError) -> [Draft] {
    let isLast = operation == operationCount - 1
    let shortfall = style >= 2 && isLast ? order.plannedPieces / piecesPerShortfall : 0
    let pieces = order.plannedPieces - shortfall
    guard pieces >= Int64(count) else {
      throw .tooFewPieces(order: order.name, pieces: pieces, reports: count)
    }
    let hasScrap = style >= 1 && isLast
    // The orders are finished one after the other, the last one with the shift.
    let end = 0.6 + 0.4 * Double(style + 1) / Double(orderCount)
    var drafts: [Draft] = []
    for index in 0..<count {
      let from = pieces * Int64(index) / Int64(count)
      let to = pieces * Int64(index + 1) / Int64(count)
      let scrap = hasScrap ? to / piecesPerScrap - from / piecesPerScrap : 0
      // A later operation starts a little after the one before.
      let start = 0.1 * Double(operation)
      let time = end * (start + (1 - start) * (Double(index) + 1) / Double(count))
      drafts.append(
        Draft(
          order: order, operation: operation, operationCount: operationCount,
          time: time - (isLast ? 0 : 0.01), good: to - from - scrap, scrap: scrap,
          isFinal: isLast && index == count - 1))
    }
    return drafts
  }

  /// Puts the repeated facts and the three refused ones between the reports.
  private static func withIncidents(_ reports: [PlannedReport]) -> [ShiftStep] {
    let otherContentAfter = max(reports.count / 2, 1)
    let badFieldsAfter = max(reports.count * 6 / 10, 1)
    let wrongKeyAfter = max(reports.count * 7 / 10, 1)
    var steps: [ShiftStep] = []
    for (index, report) in reports.enumerated() {
      steps.append(.report(report))
      let sent = index + 1
      if sent % reportsPerRepetition == 0 { steps.append(.again(reports[index / 2])) }
      if sent == otherContentAfter { steps.append(.otherContent(reports[index / 2])) }
      if sent == badFieldsAfter { steps.append(.badFields(report)) }
      if sent == wrongKeyAfter { steps.append(.wrongKey(report)) }
    }
    return steps
  }
}
