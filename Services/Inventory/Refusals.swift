import ServiceKit
import Values

/// The one place where Inventory's errors become what callers see.
extension InventoryError: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .movementNotFound(let id):
      Refusal(
        .notFound, reason: "MOVEMENT_NOT_FOUND", "there is no movement \(id)",
        metadata: ["movement_id": id])
    case .movementState(let id, let state, let needed):
      Refusal(
        .failedPrecondition, reason: "MOVEMENT_STATE",
        "the movement \(id) is \(state.name); allowed: \(needed.name)",
        metadata: ["movement_id": id, "state": state.name, "allowed": needed.name])
    case .countNotFound(let id):
      Refusal(
        .notFound, reason: "COUNT_NOT_FOUND", "there is no count \(id)",
        metadata: ["count_id": id])
    case .referencesUnknown(let findings):
      Refusal(
        .failedPrecondition, reason: "REFERENCE_UNKNOWN",
        "the movement does not agree with master data: "
          + findings.prefix(3).map { "\($0.field) \($0.rule)" }.joined(separator: "; "),
        violations: findings.map { FieldViolation($0.field, $0.rule) })
    case .unitMismatch(let unit, let expected, let item):
      Refusal(
        .failedPrecondition, reason: "UNIT_MISMATCH",
        "\(item) is counted in \(expected), which \(unit) does not convert into exactly",
        metadata: ["item_code": item, "unit": expected],
        violations: [FieldViolation("quantity.unit", "must be \(expected), or convert into it")])
    case .negativeStock(let key, let balance, let change, let unit):
      Refusal(
        .failedPrecondition, reason: "NEGATIVE_STOCK",
        "\(balance) \(unit) of \(key.words) are at \(key.location), \(change) would go",
        metadata: key.metadata.merging(["balance": balance, "change": change, "unit": unit]) {
          $1
        })
    case .quantityOverflow(let key):
      Refusal(
        .failedPrecondition, reason: "QUANTITY_OVERFLOW",
        "the balance of \(key.words) at \(key.location) would have more than 12 integer digits",
        metadata: key.metadata)
    case .questionTooWide(let item, let limit):
      Refusal(
        .failedPrecondition, reason: "QUESTION_TOO_WIDE",
        "\(item) lies in more places than the \(limit) of one call: name a lot or a location",
        metadata: ["item_code": item, "limit": String(limit)])
    case .varianceChanged(let key, let seen, let now):
      Refusal(
        .failedPrecondition, reason: "VARIANCE_CHANGED",
        "the variance of \(key.words) at \(key.location) is \(now) by now, not \(seen)",
        metadata: key.metadata.merging(["seen": seen, "variance": now]) { $1 })
    }
  }
}

extension BalanceKey {
  /// For a person.
  fileprivate var words: String {
    itemCode + (lot.isEmpty ? "" : " lot \(lot)") + (serial.isEmpty ? "" : " piece \(serial)")
  }

  fileprivate var metadata: [String: String] {
    ["location": location, "item_code": itemCode, "lot": lot, "serial": serial]
  }
}
