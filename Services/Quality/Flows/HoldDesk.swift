import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Places and ends holds: the one way, for callers, inspections and nonconformances.
struct HoldDesk: Sendable {
  /// Most holds of a site that are active: Production and Inventory keep them in memory, some 500 bytes each.
  static let maximumActive: Int64 = 10_000
  /// Most holds of one nonconformance, ended ones among them: all are looked at when it is closed.
  static let maximumOfNonconformance: Int64 = 1_000
  /// Most holds that an answer names.
  static let maximumNamed = 100

  let holds = ObjectTable<Quality.V1.Hold>("holds")

  /// The hold of an identifier.
  /// - Throws: ``QualityError/holdNotFound(_:)``.
  func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws -> Quality.V1.Hold {
    guard let hold = try holds.find(site, id, snapshot) else {
      throw QualityError.holdNotFound(id)
    }
    return hold
  }

  /// Places a hold.
  /// - Parameter id: its identifier, unique at the site.
  func place(
    _ id: String, on target: HoldTarget, at site: SiteCode, reason: String,
    nonconformance: String = "", releasingRole: String = "", by subject: String,
    _ transaction: Transaction
  ) throws -> Quality.V1.Hold {
    guard
      try holds.count(site, state: HoldState.active.rawValue, transaction) < Self.maximumActive
    else { throw QualityError.tooManyHolds(maximum: Self.maximumActive) }
    if !nonconformance.isEmpty {
      let most = Self.maximumOfNonconformance
      let held = try NonconformanceHolds.list(nonconformance, at: site, limit: most, transaction)
      if held.count >= most { throw QualityError.tooManyHolds(maximum: most) }
    }
    let hold = Quality.V1.Hold.with {
      $0.holdID = id
      $0.site = site.text
      $0.target = .init(target)
      $0.state = .active
      $0.reason = reason
      $0.nonconformanceID = nonconformance
      $0.releasingRole = releasingRole
      $0.placedBy = subject
      $0.placedAt = .init(transaction.now)
      $0.revision = 1
    }
    try put(hold, target, at: site, transaction)
    if !nonconformance.isEmpty {
      try NonconformanceHolds.add(id, to: nonconformance, at: site, transaction)
    }
    return hold
  }

  /// Ends a hold.
  /// - Throws: ``QualityError/holdState(_:_:)`` when it has ended before.
  func end(
    _ hold: Quality.V1.Hold, as state: HoldState, at site: SiteCode, reason: String,
    by subject: String, _ transaction: Transaction
  ) throws -> Quality.V1.Hold {
    let before = HoldState(rawValue: hold.state.rawValue) ?? .active
    guard before == .active, let target = hold.target.flatMap(HoldTarget.init) else {
      throw QualityError.holdState(hold.holdID, before)
    }
    var ended = hold
    ended.state = .init(rawValue: state.rawValue)
    ended.endedBy = subject
    ended.endedAt = .init(transaction.now)
    ended.endingReason = reason
    ended.revision += 1
    try put(ended, target, at: site, transaction)
    return ended
  }

  private func put(
    _ hold: Quality.V1.Hold, _ target: HoldTarget, at site: SiteCode, _ transaction: Transaction
  ) throws {
    try holds.put(
      hold,
      .init(site: site, key: hold.holdID, state: hold.state.rawValue, party: target.key),
      transaction)
  }

  /// The holds on something that are not released, at most ``maximumNamed``.
  func standing(on target: HoldTarget, at site: SiteCode, _ snapshot: Snapshot) throws
    -> [Quality.V1.Hold]
  {
    try holds.list(
      site, states: HoldState.standing, party: target.key, after: 0, limit: Self.maximumNamed,
      snapshot
    ).map(\.content)
  }

  /// The holds that belong to a nonconformance.
  func holds(ofNonconformance id: String, at site: SiteCode, _ snapshot: Snapshot) throws
    -> [Quality.V1.Hold]
  {
    let ids = try NonconformanceHolds.list(
      id, at: site, limit: Self.maximumOfNonconformance, snapshot)
    return try ids.map { try require(site, $0, snapshot) }
  }
}

extension HoldState {
  /// Those that still stop something.
  static let standing: [Int32] = [HoldState.active.rawValue, convertedToScrap.rawValue]
}

extension HoldTarget {
  /// By which what is about it is found: unlike for unlike things.
  var key: String {
    switch self {
    case .lot(let item, let lot): "lot\n\(item)\n\(lot)"
    case .serial(let item, let serial): "serial\n\(item)\n\(serial)"
    case .order(let name): "order\n\(name)"
    case .location(let code): "location\n\(code)"
    case .supplier(let code): "supplier\n\(code)"
    }
  }
}

extension Fields {
  /// A required target.
  mutating func holdTarget(_ value: Quality.V1.HoldTarget?, _ field: String) -> HoldTarget {
    guard let target = value.flatMap(HoldTarget.init) else {
      reject(field, "is required: one of lot, serial, order_name, location_code, supplier_code")
      return .order("")
    }
    return inside(field) { fields in
      switch target {
      case .lot(let item, let lot):
        return fields.inside("lot") {
          .lot(
            item: $0.code(item, "item_code", .businessCode), lot: $0.code(lot, "lot", .businessCode)
          )
        }
      case .serial(let item, let serial):
        return fields.inside("serial") {
          .serial(
            item: $0.code(item, "item_code", .businessCode),
            serial: $0.code(serial, "serial", .businessCode))
        }
      case .order(let name): return .order(fields.text(name, "order_name", OrderKey.nameRule))
      case .location(let code):
        return .location(fields.code(code, "location_code", .businessCode))
      case .supplier(let code):
        return .supplier(fields.code(code, "supplier_code", .businessCode))
      }
    }
  }
}
