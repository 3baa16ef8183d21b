import Contracts
import RecordStore
import ServiceKit
import Values

/// What is done with an order that names what master data does not have.
enum UnknownCodes: String, Sendable, Hashable, CaseIterable {
  /// It is refused.
  case refuse
  /// It is taken, and a person decides.
  case `case`
}

/// Checks orders against the copy of master data.
struct OrderChecks: Sendable {
  let copy: ReferenceCopy
  let policies: [SiteCode: UnknownCodes]

  /// Checks an order that is being released.
  /// - Throws: ``ProductionError`` when the site refuses what is unknown, and its copy is fresh enough to
  ///   say so.
  func check(_ order: OrderDefinition, _ snapshot: Snapshot) throws -> ReferenceCheck {
    let check = try look(order, snapshot)
    if check.state == .found, policies[order.key.site] == .refuse {
      throw ProductionError.referencesUnknown(order.key, check.findings)
    }
    return check
  }

  /// Looks what master data says of an order.
  func look(_ order: OrderDefinition, _ snapshot: Snapshot) throws -> ReferenceCheck {
    let site = order.key.site
    guard let asOf = copy.asOf(site) else {
      return ReferenceCheck(state: .parked, findings: [], itemRevision: 0, asOf: nil)
    }
    let known = CopiedReferences(site: site, snapshot: snapshot)
    let findings = try order.findings(known)
    // Of a copy that is old only what it knows counts.
    let state: ReferenceCheckState =
      findings.isEmpty ? .good : copy.isFresh(site) ? .found : .parked
    return ReferenceCheck(
      state: state, findings: findings,
      itemRevision: try known.item(order.itemCode)?.revision ?? 0, asOf: asOf)
  }
}
