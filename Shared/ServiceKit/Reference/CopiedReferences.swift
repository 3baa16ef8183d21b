import Contracts
import Protobuf
public import RecordStore
public import Values

/// The copy of master data as it is in one snapshot.
public struct CopiedReferences: KnownReferences {
  private let site: SiteCode
  private let snapshot: Snapshot

  /// What is known at a site.
  public init(site: SiteCode, snapshot: Snapshot) {
    self.site = site
    self.snapshot = snapshot
  }

  /// The item of a code, `nil` when there is none.
  public func item(_ code: String) throws -> KnownItem? {
    guard case .item(let item) = try find(.item, code, at: ""), let head = item.head else {
      return nil
    }
    return KnownItem(
      unit: item.unit, tracking: Tracking(item.tracking) ?? .none,
      isInForce: head.isInForce(at: snapshot.now), revision: head.revision)
  }

  /// The unit of a name, `nil` when there is none.
  public func unit(_ name: String) throws -> KnownUnit? {
    guard case .unit(let unit) = try find(.unit, name, at: ""), let head = unit.head,
      let ratio = unit.referenceRatio,
      let fraction = UnitRatio(ratio.numerator, ratio.denominator)
    else { return nil }
    return KnownUnit(
      category: unit.category, ratio: fraction, rounding: try Quantity(decimal: unit.rounding),
      isInForce: head.isInForce(at: snapshot.now))
  }

  /// Whether there is such a work center, and it may be used now.
  public func isWorkCenter(_ code: String) throws -> Bool {
    guard case .workCenter(let center) = try find(.workCenter, code, at: site.text) else {
      return false
    }
    return isInForce(center.head)
  }

  /// The location of a code, `nil` when there is none.
  public func location(_ code: String) throws -> KnownLocation? {
    guard case .location(let location) = try find(.location, code, at: site.text) else {
      return nil
    }
    return KnownLocation(parent: location.parent, isInForce: isInForce(location.head))
  }

  /// Whether there is such a business partner, and it may be used now.
  public func isBusinessPartner(_ code: String) throws -> Bool {
    guard case .businessPartner(let partner) = try find(.businessPartner, code, at: "") else {
      return false
    }
    return isInForce(partner.head)
  }

  private func find(_ kind: Masterdata.V1.RecordKind, _ code: String, at site: String) throws
    -> Masterdata.V1.Record.OneOf_Content?
  {
    try ReferenceRecords.find(kind, code, site: site, snapshot)?.content
  }

  private func isInForce(_ head: Masterdata.V1.RecordHead?) -> Bool {
    head?.isInForce(at: snapshot.now) ?? false
  }
}
