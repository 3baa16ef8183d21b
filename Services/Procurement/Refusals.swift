import ServiceKit
import Values

/// The one place where Procurement's errors become what callers see.
extension ProcurementError: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .orderNotFound(let name):
      Self.notFound("PURCHASE_ORDER_NOT_FOUND", "purchase order", name, "order_name")
    case .noticeNotFound(let number):
      Self.notFound("SHIP_NOTICE_NOT_FOUND", "ship notice", number, "notice_number")
    case .discrepancyNotFound(let id):
      Self.notFound("DISCREPANCY_NOT_FOUND", "discrepancy", id, "discrepancy_id")
    case .signalNotFound(let id):
      Self.notFound("SUPPLY_SIGNAL_NOT_FOUND", "supply signal", id, "signal_id")
    case .forecastNotFound(let supplier, let version):
      Refusal(
        .notFound, reason: "FORECAST_NOT_FOUND",
        "there is no forecast \(version == 0 ? "" : "\(version) ")for \(supplier)",
        metadata: ["supplier_code": supplier, "version": String(version)])
    case .buyerOnly:
      Refusal(
        .permissionDenied, reason: "BUYER_ONLY", "only the buyer may call this, not a supplier")
    case .supplierNotGranted(let code):
      Refusal(
        .permissionDenied, reason: "SUPPLIER_NOT_GRANTED",
        "the caller may not act for the supplier \(code)", metadata: ["supplier_code": code])
    case .orderState(let name, let state, let step):
      Self.state(
        "PURCHASE_ORDER_STATE", "purchase order", name, "order_name", state.name,
        step.allowedStates.map(\.name))
    case .noticeState(let number, let state, let allowed):
      Self.state(
        "SHIP_NOTICE_STATE", "ship notice", number, "notice_number", state.name, allowed.map(\.name)
      )
    case .referencesUnknown(let findings):
      Refusal(
        .failedPrecondition, reason: "REFERENCE_UNKNOWN",
        "the order does not agree with master data: "
          + findings.prefix(3).map { "\($0.field) \($0.rule)" }.joined(separator: "; "),
        violations: findings.map { FieldViolation($0.field, $0.rule) })
    case .orderExists(let name):
      Self.failed(
        "PURCHASE_ORDER_EXISTS", "there is a purchase order \(name)", ["order_name": name])
    case .revisionChanged(let name, let now):
      Self.failed(
        "REVISION_CHANGED", "the purchase order \(name) is in its content revision \(now)",
        ["order_name": name, "content_revision": String(now)])
    case .belowShipped(let name, let line, let shipped):
      Self.failed(
        "BELOW_SHIPPED", "\(shipped) of the line \(line) of \(name) are on their way or received",
        ["order_name": name, "line": String(line), "shipped": shipped])
    case .orderShipped(let name):
      Self.failed(
        "ORDER_SHIPPED", "something of the purchase order \(name) is on its way",
        ["order_name": name])
    case .linesDiffer(let name, let line):
      Self.failed(
        "LINES_DIFFER", "every line of \(name) must be there once, and none beside: \(line)",
        ["order_name": name, "line": String(line)])
    case .confirmationNotWaiting(let name, let number):
      Self.failed(
        "CONFIRMATION_NOT_WAITING", "no confirmation \(number) of \(name) waits",
        ["order_name": name, "number": String(number)])
    case .nothingLeft(let name):
      Self.failed(
        "NOTHING_LEFT", "every line of \(name) was rejected: cancel the order",
        ["order_name": name])
    case .noticeExists(let number):
      Self.failed(
        "SHIP_NOTICE_EXISTS", "there is a ship notice \(number)", ["notice_number": number])
    case .packageInUse(let sscc, let field):
      Self.failed(
        "SSCC_IN_USE", "the package \(sscc) is in another notice", ["sscc": sscc],
        (field, "must not be in another notice"))
    case .packageUnknown(let sscc, let field):
      Self.failed(
        "PACKAGE_UNKNOWN", "the package \(sscc) is not in the notice", ["sscc": sscc],
        (field, "must be in the notice"))
    case .lineNotFound(let name, let line, let field):
      Self.failed(
        "LINE_NOT_FOUND", "the purchase order \(name) has no line \(line)",
        ["order_name": name, "line": String(line)], (field, "must be a line of the order"))
    case .unitMismatch(let unit, let expected, let field):
      Self.failed(
        "UNIT_MISMATCH", "the line is in \(expected), not in \(unit)", ["unit": expected],
        ("\(field).unit", "must be \(expected)"))
    case .overDelivery(let name, let line, let shipped, let ordered, let percent):
      Self.failed(
        "OVER_DELIVERY",
        "\(shipped) in all of the line \(line) of \(name) are more than the \(ordered) ordered by more than \(percent) %",
        [
          "order_name": name, "line": String(line), "shipped": shipped, "ordered": ordered,
          "tolerance_percent": percent,
        ])
    case .quantityOverflow(let name):
      Self.failed(
        "QUANTITY_OVERFLOW", "a total of \(name) would have more than 12 integer digits",
        ["order_name": name])
    case .discrepancySettled(let id):
      Self.failed(
        "DISCREPANCY_SETTLED", "the discrepancy \(id) is settled", ["discrepancy_id": id])
    case .signalClosed(let id):
      Self.failed("SUPPLY_SIGNAL_CLOSED", "the supply signal \(id) is closed", ["signal_id": id])
    }
  }

  private static func failed(
    _ reason: String, _ message: String, _ metadata: [String: String],
    _ violation: (field: String, rule: String)? = nil
  ) -> Refusal {
    Refusal(
      .failedPrecondition, reason: reason, message, metadata: metadata,
      violations: violation.map { [FieldViolation($0.field, $0.rule)] } ?? [])
  }

  private static func notFound(
    _ reason: String, _ kind: String, _ name: String, _ key: String
  ) -> Refusal {
    Refusal(
      .notFound, reason: reason, "there is no \(kind) \(name)", metadata: [key: name])
  }

  private static func state(
    _ reason: String, _ kind: String, _ name: String, _ key: String, _ state: String,
    _ allowed: [String]
  ) -> Refusal {
    let names = allowed.joined(separator: ", ")
    return Refusal(
      .failedPrecondition, reason: reason, "the \(kind) \(name) is \(state); allowed: \(names)",
      metadata: [key: name, "state": state, "allowed": names])
  }
}
