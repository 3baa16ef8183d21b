import ServiceKit

/// The one place where MasterData's rules become what callers see.
extension RecordRejection: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .lifeCycleTransition(let code, let from, let to):
      Refusal(
        .failedPrecondition, reason: "LIFE_CYCLE_TRANSITION",
        "\(code) is \(from.name) and can't become \(to.name)",
        metadata: ["code": code, "life_cycle": from.name])
    case .etagMismatch(let code, let etag):
      Refusal(
        .aborted, reason: "ETAG_MISMATCH",
        "\(code) has changed; read it again and say what it is to be now",
        metadata: ["code": code, "etag": etag])
    case .unitChanged(let code):
      Refusal(
        .failedPrecondition, reason: "UNIT_CHANGED",
        "the unit \(code) has been released: its category and its ratio stay; make another unit",
        metadata: ["code": code])
    case .unitInUse(let code, let item):
      Refusal(
        .failedPrecondition, reason: "UNIT_IN_USE",
        "the unit \(code) is used by released items, \(item) among them",
        metadata: ["code": code, "item_code": item])
    case .unitUnknown(let field, let unit, let lifeCycle):
      Refusal(
        .failedPrecondition, reason: "UNIT_UNKNOWN",
        "\(field): \(lifeCycle.map { "the unit \(unit) is \($0.name)" } ?? "there is no unit \(unit)")",
        metadata: ["unit": unit], violations: [FieldViolation(field, "must be a released unit")])
    case .unitCategory(let unit, let purchaseUnit):
      Refusal(
        .failedPrecondition, reason: "UNIT_CATEGORY",
        "\(purchaseUnit) can't be converted into \(unit): they are of different categories",
        metadata: ["unit": unit, "purchase_unit": purchaseUnit],
        violations: [FieldViolation("purchase_unit", "must be of the category of unit")])
    case .itemUnitChanged(let code, let unit):
      Refusal(
        .failedPrecondition, reason: "ITEM_UNIT_CHANGED",
        "the item \(code) has been released: it stays counted in \(unit)",
        metadata: ["code": code, "unit": unit],
        violations: [FieldViolation("unit", "must be \(unit)")])
    case .barcodeTaken(let barcode, let item):
      Refusal(
        .alreadyExists, reason: "BARCODE_TAKEN",
        "the barcode \(barcode) is that of the item \(item)",
        metadata: ["barcode": barcode, "item_code": item],
        violations: [FieldViolation("barcode", "must be unique")])
    }
  }
}
