import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What keeps a movement out of the balances for now.
enum Obstacle {
  /// It happened before what it moves was held.
  case holds([KnownHold])
  /// It does not agree with master data, or nothing is known of that yet.
  case references([ReferenceFinding])

  /// A stable reason, as in the contract.
  var reason: String {
    switch self {
    case .holds: "ON_HOLD"
    case .references: "REFERENCE_UNKNOWN"
    }
  }

  /// What a caller is told for whom keeping the movement is not enough.
  var refusal: Refusal {
    switch self {
    case .holds(let holds): .onHold(holds)
    case .references(let findings): InventoryError.referencesUnknown(findings).refusal
    }
  }
}

/// What stands against a movement: holds, and what master data does not have. Everything that changes a
/// balance passes here; there is no other way.
struct MovementGate: Sendable {
  let holds: HoldCopy
  /// `nil` where no master data is followed.
  let copy: ReferenceCopy?
  let policies: [SiteCode: SitePolicy]
  /// More levels than any warehouse has: a circle ends here.
  private static let maximumLevels = 32
  /// A piece is of one lot; of more only after mistakes.
  private static let maximumLots = 100

  /// Why a movement is kept out of the balances for now; `nil` when nothing stands against it.
  /// - Throws: ``Refusal`` or ``InventoryError`` when it is refused.
  func obstacle(
    to report: Inventory.V1.MovementReport, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> Obstacle? {
    let covering = try holdsThatStop(report, at: site, snapshot)
    if !covering.isEmpty {
      // What had happened before anybody said that it must not is kept: it is no fact that could be undone.
      let occurredAt = report.header?.occurredAt?.instant
      guard let occurredAt, covering.allSatisfy({ occurredAt < $0.placedAt }) else {
        throw Refusal.onHold(covering)
      }
      return .holds(covering)
    }
    return try unknownReferences(report, at: site, snapshot).map(Obstacle.references)
  }

  /// The holds that stop a movement.
  private func holdsThatStop(
    _ report: Inventory.V1.MovementReport, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> [KnownHold] {
    var places: [HoldTarget] = []
    for location in [report.fromLocation, report.toLocation] where !location.isEmpty {
      places += try above(location, at: site, snapshot).map(HoldTarget.location)
    }
    var things = try targets(
      TracedMaterial(itemCode: report.itemCode, lot: report.lot, serial: report.serial), at: site,
      snapshot)
    if !report.orderName.isEmpty { things.append(.order(report.orderName)) }
    if !report.supplierCode.isEmpty { things.append(.supplier(report.supplierCode)) }
    var found = holds.holds(on: places, at: site)
    // What is on hold may be put where it waits for a decision.
    if policies[site]?.quarantineLocations.contains(report.toLocation) != true {
      found += holds.holds(on: things, at: site)
    }
    let takesOff = report.type == .adjustment && report.toLocation.isEmpty
    return found.filter { !(takesOff && $0.isScrap) }.sorted { $0.holdID < $1.holdID }
  }

  /// What holds on a material are looked for under: itself, where it has come from, and of a piece every lot that
  /// it has been booked in, so that leaving out its lot, or naming another one, does not set it free.
  private func targets(_ material: TracedMaterial, at site: SiteCode, _ snapshot: Snapshot) throws
    -> [HoldTarget]
  {
    if material.lot.isEmpty, material.serial.isEmpty { return material.holdTargets }
    var lots: Set = [material.lot]
    if !material.serial.isEmpty {
      lots.formUnion(
        try BalanceRecords.lots(
          site, itemCode: material.itemCode, serial: material.serial, limit: Self.maximumLots,
          snapshot))
    }
    return try lots.sorted().flatMap { lot in
      let suppliers = try MovementRecords.suppliers(
        site, itemCode: material.itemCode, lot: lot, serial: material.serial, snapshot)
      let own = TracedMaterial(itemCode: material.itemCode, lot: lot, serial: material.serial)
      return own.holdTargets + suppliers.map(HoldTarget.supplier)
    }
  }

  /// A location and those that it is in, as far as master data says.
  private func above(_ location: String, at site: SiteCode, _ snapshot: Snapshot) throws -> [String]
  {
    guard copy != nil else { return [location] }
    let known = CopiedReferences(site: site, snapshot: snapshot)
    var chain = [location]
    while chain.count < Self.maximumLevels, let last = chain.last,
      let parent = try known.location(last)?.parent, !parent.isEmpty
    {
      chain.append(parent)
    }
    return chain
  }

  /// The holds on a balance: those of what is there and of where it is.
  /// - Parameter chains: what was found so far to be above each location.
  func holds(
    on key: BalanceKey, at site: SiteCode, _ snapshot: Snapshot, chains: inout [String: [String]]
  ) throws -> [KnownHold] {
    let chain = try chains[key.location] ?? above(key.location, at: site, snapshot)
    chains[key.location] = chain
    let material = TracedMaterial(itemCode: key.itemCode, lot: key.lot, serial: key.serial)
    let targets = try chain.map(HoldTarget.location) + targets(material, at: site, snapshot)
    return holds.holds(on: targets, at: site)
  }

  /// What of it does not agree with master data; `nil` when nothing, empty when nothing is known of that yet.
  /// - Throws: ``InventoryError/referencesUnknown(_:)`` where the site refuses that, and the copy is fresh
  ///   enough to say so.
  private func unknownReferences(
    _ report: Inventory.V1.MovementReport, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> [ReferenceFinding]? {
    guard let copy else { return nil }
    guard copy.asOf(site) != nil else { return [] }
    let references = MovementReferences(
      itemCode: report.itemCode, lot: report.lot, serial: report.serial,
      unit: report.quantity?.unit ?? "",
      locations: [
        ("from_location", report.fromLocation), ("to_location", report.toLocation),
      ].filter { !$0.1.isEmpty }, supplierCode: report.supplierCode)
    let findings = try references.findings(CopiedReferences(site: site, snapshot: snapshot))
    if findings.isEmpty { return nil }
    if policies[site]?.unknownCodes == .refuse, copy.isFresh(site) {
      throw InventoryError.referencesUnknown(findings)
    }
    return findings
  }
}
