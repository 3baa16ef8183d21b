import Values

/// That a field of an order does not agree with master data.
struct ReferenceFinding: Sendable, Hashable {
  /// The field's path in the release.
  var field: String
  /// What it breaks, without the field's name.
  var rule: String
}

extension OrderDefinition {
  /// Most findings of one order that are kept: beyond it nobody learns anything new.
  static let maximumFindings = 50

  /// What of an order does not agree with master data, in the order of its fields.
  func findings(_ known: some KnownReferences) throws -> [ReferenceFinding] {
    var findings: [ReferenceFinding] = []
    func check(_ code: String, _ amount: Amount, _ prefix: String, _ field: String) throws {
      findings += try Self.findings(
        code, amount, item: "\(prefix)item_code", unit: "\(prefix)\(field).unit", known)
    }
    try check(itemCode, planned, "", "planned_quantity")
    findings += try exactness(known)
    for (place, component) in components.enumerated() {
      try check(component.itemCode, component.demand, "components[\(place)].", "demand")
    }
    for (place, operation) in operations.enumerated()
    where try !operation.workCenterCode.isEmpty && !known.isWorkCenter(operation.workCenterCode) {
      findings.append(
        ReferenceFinding(
          field: "operations[\(place)].work_center_code",
          rule: "must be a released work center: \(operation.workCenterCode)"))
    }
    return Array(findings.prefix(Self.maximumFindings))
  }

  private static func findings(
    _ code: String, _ amount: Amount, item itemField: String, unit unitField: String,
    _ known: some KnownReferences
  ) throws -> [ReferenceFinding] {
    var findings: [ReferenceFinding] = []
    let item = try known.item(code)
    if item?.isInForce != true {
      findings.append(
        ReferenceFinding(field: itemField, rule: "must be a released item: \(code)"))
    }
    guard let unit = try known.unit(amount.unit), unit.isInForce else {
      findings.append(
        ReferenceFinding(field: unitField, rule: "must be a released unit: \(amount.unit)"))
      return findings
    }
    if let item, let own = try known.unit(item.unit), own.category != unit.category {
      findings.append(
        ReferenceFinding(
          field: unitField, rule: "must be convertible into \(item.unit), the unit of \(code)"))
    }
    return findings
  }

  /// Pieces are reported in the order's unit: it must be able to say the smallest step of the item's own
  /// exactly. A piece is no decimal number of dozens.
  private func exactness(_ known: some KnownReferences) throws -> [ReferenceFinding] {
    guard let item = try known.item(itemCode), item.unit != planned.unit,
      let own = try known.unit(item.unit), let unit = try known.unit(planned.unit),
      own.category == unit.category,
      (try? own.rounding.converted(from: own.ratio, to: unit.ratio)) == nil
    else { return [] }
    return [
      ReferenceFinding(
        field: "planned_quantity.unit",
        rule: "must hold \(own.rounding) \(item.unit) exactly; \(planned.unit) does not")
    ]
  }
}

/// How far an order has been checked against master data. The names are stored.
enum ReferenceCheckState: String, Sendable, Hashable {
  /// It agrees.
  case good
  /// It does not, or may not: master data was not known well enough to say so.
  case parked
  /// It does not.
  case found
}

/// What has come of the check.
struct ReferenceCheck: Sendable, Hashable {
  var state: ReferenceCheckState
  var findings: [ReferenceFinding]
  /// The revision of the item it was checked against; 0 when there was none.
  var itemRevision: Int64
  /// When master data was like that; `nil` when it was not known at all.
  var asOf: Instant?
}
