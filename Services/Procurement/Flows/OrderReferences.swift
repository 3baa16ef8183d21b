import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Checks orders against the copy of master data, where there is one.
struct OrderReferences: Sendable {
  let copy: ReferenceCopy
  /// Most findings of one order: beyond it nobody learns anything new.
  private static let maximumFindings = 50

  /// Refuses what master data does not have, when the copy is fresh enough to say so.
  func check(
    _ lines: [Procurement.V1.PurchaseOrderLine], supplier: String, at site: SiteCode,
    _ snapshot: Snapshot
  ) throws {
    guard copy.isFresh(site) else { return }
    let known = CopiedReferences(site: site, snapshot: snapshot)
    var findings: [ReferenceFinding] = []
    if try !known.isBusinessPartner(supplier) {
      findings.append(
        ReferenceFinding(
          field: "supplier_code", rule: "must be a released business partner: \(supplier)"))
    }
    for (place, line) in lines.enumerated() where findings.count < Self.maximumFindings {
      if try known.item(line.itemCode)?.isInForce != true {
        findings.append(
          ReferenceFinding(
            field: "lines[\(place)].item_code", rule: "must be a released item: \(line.itemCode)"))
      }
      let unit = line.quantity?.unit ?? ""
      if try known.unit(unit)?.isInForce != true {
        findings.append(
          ReferenceFinding(
            field: "lines[\(place)].quantity.unit", rule: "must be a released unit: \(unit)"))
      }
    }
    if !findings.isEmpty { throw ProcurementError.referencesUnknown(findings) }
  }
}
