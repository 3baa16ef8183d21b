import Contracts
import Environment
import Protobuf
import ServiceKit
import Values

/// Sends the planned reports one after the other and keeps count of the answers.
struct ReportDesk {
  /// What has been counted so far.
  private(set) var summary = ShiftSummary()

  private let shift: MESShift
  private let reportCount: Int
  /// The request of each fact, to be sent again word for word.
  private var sent: [Int: Production.V1.ReportProductionRequest] = [:]

  /// A desk for these orders.
  init(shift: MESShift, orders: [ShiftOrder], reportCount: Int) {
    self.shift = shift
    self.reportCount = reportCount
    summary.orders = orders.map(\.name).sorted().map {
      ReportedTotals(order: $0, good: .zero, scrap: .zero, reports: 0, isFinal: false)
    }
  }

  /// Does one step of the plan.
  mutating func perform(_ step: ShiftStep) async throws {
    switch step {
    case .report(let report): try await sendNew(report)
    case .again(let report): try await sendAgain(report)
    case .otherContent(let report):
      let request = request(of: report).changed {
        $0.good = Self.pieces(report.goodPieces + 1, report.unit)
      }
      try await expectRefusal("an earlier report with other figures", request, wrongKey: false)
    case .badFields(let report):
      try await expectRefusal(
        "a report with bad fields", Self.withBadFields(request(of: report)), wrongKey: false)
    case .wrongKey(let report):
      let request = newRequest(report)
      try await expectRefusal("a report with a key that was never issued", request, wrongKey: true)
    }
  }

  // MARK: Facts

  private mutating func sendNew(_ report: PlannedReport) async throws {
    let request = newRequest(report)
    sent[report.number] = request
    let (answer, attempts) = try await shift.persistently {
      try await shift.client.production.reportProduction(request, options: $0)
    }
    // A fact that had to be sent again may have been recorded the first time: a duplicate then
    // means that it is recorded, once.
    guard answer.receipt == .accepted || attempts > 1 else {
      throw MESError.unexpected("a new report was answered \(answer.receipt)")
    }
    summary.accepted += 1
    summary.sentAgainWithoutAnswer += attempts - 1
    try count(report)
    if summary.accepted.isMultiple(of: max(reportCount / MESShift.progressReports, 1)) {
      shift.tell(.progress(accepted: summary.accepted, of: reportCount))
    }
    if report.isFinal { shift.tell(.finished(order: report.order)) }
  }

  private mutating func sendAgain(_ report: PlannedReport) async throws {
    let request = request(of: report)
    let (answer, _) = try await shift.persistently {
      try await shift.client.production.reportProduction(request, options: $0)
    }
    guard answer.receipt == .duplicate else {
      throw MESError.unexpected("a report sent a second time was answered \(answer.receipt)")
    }
    summary.duplicates += 1
    if summary.duplicates == 1 { shift.tell(.duplicate(order: report.order)) }
  }

  private mutating func expectRefusal(
    _ what: String, _ request: Production.V1.ReportProductionRequest, wrongKey: Bool
  ) async throws {
    let client = wrongKey ? shift.client.productionWithWrongKey : shift.client.production
    do {
      _ = try await shift.persistently { try await client.reportProduction(request, options: $0) }
    } catch let refusal as Refusal {
      summary.countRefusal(code: refusal.code.text, reason: refusal.reason)
      shift.tell(
        .refused(
          what: what, code: refusal.code.text, reason: refusal.reason,
          fields: refusal.violations.map { "\($0.field) \($0.rule)" }))
      return
    }
    throw MESError.unexpected("\(what) was accepted")
  }

  private mutating func count(_ report: PlannedReport) throws {
    guard let index = summary.orders.firstIndex(where: { $0.order == report.order }) else { return }
    summary.orders[index].reports += 1
    summary.orders[index].isFinal = summary.orders[index].isFinal || report.isFinal
    guard report.countsForOutput else { return }
    let totals = summary.orders[index]
    summary.orders[index].good = try totals.good.adding(Quantity(units: report.goodPieces))
    summary.orders[index].scrap = try totals.scrap.adding(Quantity(units: report.scrapPieces))
  }

  // MARK: Requests

  /// The request that was sent for a fact.
  private func request(of report: PlannedReport) -> Production.V1.ReportProductionRequest {
    sent[report.number] ?? newRequest(report)
  }

  private func newRequest(_ report: PlannedReport) -> Production.V1.ReportProductionRequest {
    let now = shift.environment.clock.now.microseconds
    return .with {
      $0.site = shift.site
      $0.orderName = report.order
      $0.operation = report.operation
      $0.header = .with {
        $0.sourceSystem = shift.sourceSystem
        $0.sourceEventID = shift.environment.identifiers.next().description
        $0.sourceSequence = Int64(report.number)
        $0.occurredAt = .with {
          $0.seconds = now / Instant.microsecondsPerSecond
          $0.nanos = Int32(now % Instant.microsecondsPerSecond) * 1_000
        }
      }
      $0.good = Self.pieces(report.goodPieces, report.unit)
      $0.scrap = Self.pieces(report.scrapPieces, report.unit)
      $0.final = report.isFinal
    }
  }

  /// A fact with four mistakes: all of them are to be named.
  private static func withBadFields(
    _ request: Production.V1.ReportProductionRequest
  ) -> Production.V1.ReportProductionRequest {
    request.changed {
      $0.header?.sourceEventID = ""
      $0.header?.occurredAt = .with { $0.seconds = 4_102_444_800 }
      $0.good?.value = "-3"
      $0.scrap?.value = "1e3"
    }
  }

  private static func pieces(_ count: Int64, _ unit: String) -> Common.V1.Quantity {
    .with {
      $0.value = String(count)
      $0.unit = unit
    }
  }
}

extension Production.V1.ReportProductionRequest {
  fileprivate func changed(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }
}

/// Why the sample MES stopped.
enum MESError: Error, CustomStringConvertible {
  /// An answer that the contract does not allow here.
  case unexpected(String)

  var description: String {
    switch self {
    case .unexpected(let what): what
    }
  }
}
