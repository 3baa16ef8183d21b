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

/// The copy as it is in one snapshot.
private struct CopiedReferences: KnownReferences {
  let site: SiteCode
  let snapshot: Snapshot

  func item(_ code: String) throws -> KnownItem? {
    guard
      case .item(let item) = try ReferenceRecords.find(.item, code, site: "", snapshot)?.content,
      let head = item.head
    else { return nil }
    return KnownItem(
      unit: item.unit, isInForce: head.isInForce(at: snapshot.now), revision: head.revision)
  }

  func unit(_ name: String) throws -> KnownUnit? {
    guard
      case .unit(let unit) = try ReferenceRecords.find(.unit, name, site: "", snapshot)?.content,
      let head = unit.head, let ratio = unit.referenceRatio,
      let fraction = UnitRatio(ratio.numerator, ratio.denominator)
    else { return nil }
    return KnownUnit(
      category: unit.category, ratio: fraction, rounding: try Quantity(decimal: unit.rounding),
      isInForce: head.isInForce(at: snapshot.now))
  }

  func isWorkCenter(_ code: String) throws -> Bool {
    guard
      case .workCenter(let center) = try ReferenceRecords.find(
        .workCenter, code, site: site.text, snapshot)?.content
    else { return false }
    return center.head?.isInForce(at: snapshot.now) ?? false
  }
}
