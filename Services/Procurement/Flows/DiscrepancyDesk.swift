import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Differences between what was announced, or ordered, and what came, in their table.
struct DiscrepancyDesk: Sendable {
  let discrepancies = ObjectTable<Procurement.V1.Discrepancy>("discrepancies")
  /// The states of the table: a difference is settled or not.
  static let openState: Int32 = 1
  private static let settledState: Int32 = 2

  /// The discrepancy of an identifier.
  /// - Throws: ``ProcurementError/discrepancyNotFound(_:)``.
  func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws
    -> Procurement.V1.Discrepancy
  {
    guard let found = try discrepancies.find(site, id, snapshot) else {
      throw ProcurementError.discrepancyNotFound(id)
    }
    return found
  }

  /// Opens one for a difference.
  func open(
    _ difference: Difference, id: String, of receipt: Procurement.V1.RecordReceiptRequest,
    _ orders: [String: Procurement.V1.PurchaseOrder], at site: SiteCode, _ transaction: Transaction
  ) throws {
    let line = orders[difference.item.orderName]?.lines.first { $0.line == difference.item.line }
    try put(
      .with {
        $0.discrepancyID = id
        $0.site = site.text
        $0.supplierCode = receipt.supplierCode
        $0.noticeNumber = receipt.noticeNumber
        $0.kind = .init(rawValue: difference.kind.rawValue)
        $0.orderName = difference.item.orderName
        $0.line = difference.item.line
        $0.lot = difference.item.lot
        $0.serial = difference.item.serial
        $0.quantity = .init(Amount(difference.quantity, line?.quantity?.unit ?? ""))
      }, at: site, transaction)
  }

  func put(
    _ discrepancy: Procurement.V1.Discrepancy, at site: SiteCode, _ transaction: Transaction
  ) throws {
    try discrepancies.put(
      discrepancy,
      .init(
        site: site, key: discrepancy.discrepancyID,
        state: discrepancy.settled ? Self.settledState : Self.openState,
        party: discrepancy.supplierCode), transaction)
  }

  /// Those that a receipt has opened.
  func of(_ receipt: Identifier, at site: SiteCode, _ snapshot: Snapshot) throws
    -> [Procurement.V1.Discrepancy]
  {
    var found: [Procurement.V1.Discrepancy] = []
    while let next = try discrepancies.find(site, "\(receipt)-\(found.count + 1)", snapshot) {
      found.append(next)
    }
    return found
  }
}
