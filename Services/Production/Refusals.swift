import ServiceKit
import Values

/// The one place where Production's errors become what callers see.
extension ProductionError: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .orderNotFound(let key):
      Refusal(
        .notFound, reason: "ORDER_NOT_FOUND", "there is no order \(key)", metadata: key.metadata)
    case .operationNotFound(let key, let operation):
      Refusal(
        .notFound, reason: "OPERATION_NOT_FOUND",
        "the order \(key) has no operation \"\(operation)\"",
        metadata: key.metadata.adding("operation", operation))
    case .orderAlreadyReleased(let key):
      Refusal(
        .failedPrecondition, reason: "ORDER_ALREADY_RELEASED",
        "the order \(key) was released before with other content", metadata: key.metadata)
    case .referencesUnknown(let key, let findings):
      Refusal(
        .failedPrecondition, reason: "REFERENCE_UNKNOWN",
        "the order \(key) does not agree with master data: "
          + findings.prefix(3).map { "\($0.field) \($0.rule)" }.joined(separator: "; "),
        metadata: key.metadata,
        violations: findings.map { FieldViolation($0.field, $0.rule) })
    case .orderState(let key, let state, let step):
      Self.stateRefusal(key, state, step.allowedStates)
    case .workOrderState(let key, let operation, let state, let step):
      Self.workOrderRefusal(key, operation, state, step)
    case .changeOfOrderState(let key, let state, let allowed):
      Self.stateRefusal(key, state, allowed)
    case .changeWaiting(let key, let number):
      Refusal(
        .failedPrecondition, reason: "CHANGE_WAITING",
        "the change \(number) of the order \(key) waits for an answer; call AcknowledgeChange",
        metadata: key.metadata.adding("change_number", String(number)))
    case .changeNotWaiting(let key, let number, let newest, let state):
      Self.changeRefusal(key, number, newest, state)
    case .caseNotFound(let id):
      Refusal(
        .notFound, reason: "CASE_NOT_FOUND", "there is no case \(id)", metadata: ["case_id": id])
    case .caseState(let id):
      Refusal(
        .failedPrecondition, reason: "CASE_STATE", "the case \(id) is RESOLVED; allowed: OPEN",
        metadata: ["case_id": id, "state": "RESOLVED", "allowed": "OPEN"])
    case .caseChanged(let id, let revision):
      Refusal(
        .failedPrecondition, reason: "CASE_CHANGED",
        "the case \(id) has changed since: it is at revision \(revision); look at it again",
        metadata: ["case_id": id, "revision": String(revision)])
    case .genealogyState(let key, let state):
      Self.stateRefusal(key, state, OrderState.withGenealogy)
    case .itemNotOfOrder(let key, let item, let field):
      Refusal(
        .failedPrecondition, reason: "ITEM_NOT_OF_ORDER",
        "the order \(key) neither makes nor consumes the item \(item)",
        metadata: key.metadata.adding("item_code", item),
        violations: [FieldViolation(field, "must be an item of the order")])
    case .trackingNotSupported(let key, let item):
      Refusal(
        .failedPrecondition, reason: "TRACKING_NOT_SUPPORTED",
        "the item \(item) of the order \(key) is tracked by lot or serial number, which reports cannot carry yet",
        metadata: key.metadata.adding("item_code", item))
    case .overProduction(let key, let good, let planned, let percent):
      Refusal(
        .failedPrecondition, reason: "OVER_PRODUCTION",
        "\(good) good pieces would exceed the plan of \(planned) of the order \(key) by more than \(percent) %",
        metadata: key.metadata.adding("planned", "\(planned)").adding("good", "\(good)")
          .adding("tolerance_percent", "\(percent)"))
    case .unitMismatch(let key, let field, let unit, let expected):
      Refusal(
        .failedPrecondition, reason: "UNIT_MISMATCH",
        "the order \(key) is reported in \(expected), not in \(unit)",
        metadata: key.metadata.adding("unit", expected),
        violations: [FieldViolation("\(field).unit", "must be \(expected)")])
    case .quantityOverflow(let key):
      Refusal(
        .failedPrecondition, reason: "QUANTITY_OVERFLOW",
        "a total of the order \(key) would have more than 12 integer digits",
        metadata: key.metadata)
    case .finalOfOtherOperation(let key, let reporting):
      Refusal(
        .failedPrecondition, reason: "FINAL_OPERATION",
        "the final report of the order \(key) must be about its reporting operation \"\(reporting)\"",
        metadata: key.metadata.adding("reporting_operation", reporting))
    case .outcomeBeyondReports(let key, let sequence, let newest):
      Refusal(
        .failedPrecondition, reason: "OUTCOME_BEYOND_REPORTS",
        "the outcome covers report \(sequence), the newest of the order \(key) is \(newest)",
        metadata: key.metadata)
    }
  }

  private static func workOrderRefusal(
    _ key: OrderKey, _ operation: String, _ state: WorkOrderState, _ step: WorkOrderStep
  ) -> Refusal {
    let allowed = step.allowedStates.map(\.name).joined(separator: ", ")
    return Refusal(
      .failedPrecondition, reason: "WORK_ORDER_STATE",
      "the work order \(operation) of the order \(key) is \(state.name); allowed: \(allowed)",
      metadata: key.metadata.adding("operation", operation).adding("state", state.name)
        .adding("allowed", allowed))
  }

  private static func changeRefusal(
    _ key: OrderKey, _ number: Int64, _ newest: Int64?, _ state: OrderChangeState?
  ) -> Refusal {
    let found = newest.map { "the newest is \($0), \(state?.name ?? "")" } ?? "there was none"
    return Refusal(
      .failedPrecondition, reason: "CHANGE_NOT_WAITING",
      "no change \(number) of the order \(key) waits for an answer: \(found)",
      metadata: key.metadata.adding("change_number", String(newest ?? 0))
        .adding("state", state?.name ?? ""))
  }

  private static func stateRefusal(
    _ key: OrderKey, _ state: OrderState, _ allowedStates: [OrderState]
  ) -> Refusal {
    let allowed = allowedStates.map(\.name).joined(separator: ", ")
    return Refusal(
      .failedPrecondition, reason: "ORDER_STATE",
      "the order \(key) is \(state.name); allowed: \(allowed)",
      metadata: key.metadata.adding("state", state.name).adding("allowed", allowed))
  }
}

extension OrderKey {
  fileprivate var metadata: [String: String] { ["site": site.text, "order_name": name] }
}

extension [String: String] {
  fileprivate func adding(_ name: String, _ value: String) -> Self {
    var copy = self
    copy[name] = value
    return copy
  }
}
