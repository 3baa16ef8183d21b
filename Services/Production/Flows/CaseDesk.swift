import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Cases: what people have to decide about orders.
struct CaseDesk: Sendable {
  /// Facts that came when their order had ended in the ERP system.
  static let reportedAfterEnd = "REPORTED_AFTER_END"

  let cases = ObjectTable<Production.V1.ProductionCase>("production_cases")

  /// The case of an identifier.
  /// - Throws: ``ProductionError/caseNotFound(_:)``.
  func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws
    -> Production.V1.ProductionCase
  {
    guard let found = try cases.find(site, id, snapshot) else {
      throw ProductionError.caseNotFound(id)
    }
    return found
  }

  /// A report came when its order had ended: it joins the order's case, and opens it again when it was decided.
  /// - Parameter report: the report's identifier; the case that its first one opens has the same.
  func reportedAfterEnd(
    _ accepted: AcceptedReport, _ report: Identifier, sequence: Int64, of order: Order,
    _ transaction: Transaction
  ) throws {
    let key = order.definition.key
    // An order has one case of this reason, and no other reasons yet.
    var found =
      try cases.newest(key.site, party: key.name, transaction)
      ?? .with {
        $0.caseID = report.description
        $0.site = key.site.text
        $0.orderName = key.name
        $0.reason = Self.reportedAfterEnd
        $0.openedAt = .init(transaction.now)
        $0.firstReportSequence = sequence
        $0.allowedResolutions = [.newOrder, .correct, .discard]
      }
    let isOutput = accepted.operation == order.definition.reportingOperation
    try found.add(
      isOutput ? accepted.output : .nothing, unit: order.definition.planned.unit, of: key)
    found.reportCount += 1
    found.lastReportSequence = sequence
    found.state = .open
    found.resolution = .unspecified
    found.resolutionReason = ""
    found.resolvedBy = ""
    found.resolvedAt = nil
    try put(&found, transaction)
  }

  /// Writes a case down as it is now.
  func put(_ found: inout Production.V1.ProductionCase, _ transaction: Transaction) throws {
    found.revision += 1
    try cases.put(
      found,
      .init(
        site: SiteCode(found.site), key: found.caseID, state: found.state.rawValue,
        party: found.orderName), transaction)
  }
}

extension Production.V1.ProductionCase {
  /// - Throws: ``ProductionError/quantityOverflow(_:)``; the order's own total, which has them all, overflows
  ///   first.
  fileprivate mutating func add(_ output: Output, unit: String, of key: OrderKey) throws {
    do {
      let before = Output(
        good: try Quantity(decimal: good?.value ?? "0"),
        scrap: try Quantity(decimal: scrap?.value ?? "0"))
      let after = try before.adding(output)
      good = .init(Amount(after.good, unit))
      scrap = .init(Amount(after.scrap, unit))
    } catch {
      throw ProductionError.quantityOverflow(key)
    }
  }
}
