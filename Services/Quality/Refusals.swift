import ServiceKit
import Values

/// The one place where Quality's errors become what callers see.
extension QualityError: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .holdNotFound(let id): Self.notFound("HOLD_NOT_FOUND", "hold", id)
    case .inspectionNotFound(let id): Self.notFound("INSPECTION_NOT_FOUND", "inspection", id)
    case .nonconformanceNotFound(let id):
      Self.notFound("NONCONFORMANCE_NOT_FOUND", "nonconformance", id)
    case .holdState(let id, let state):
      Self.state("HOLD_STATE", "hold", id, state.name, [HoldState.active.name])
    case .inspectionState(let id, let state, let allowed):
      Self.state("INSPECTION_STATE", "inspection", id, state.name, allowed.map(\.name))
    case .nonconformanceState(let id, let state, let allowed):
      Self.state("NONCONFORMANCE_STATE", "nonconformance", id, state.name, allowed.map(\.name))
    case .notReleaser(let id, let role):
      Refusal(
        .permissionDenied, reason: "NOT_RELEASER",
        "the hold \(id) is released by whoever placed it, or by the role \(role)",
        metadata: ["hold_id": id, "releasing_role": role])
    case .dispositionDiffers(let id, let state):
      Refusal(
        .failedPrecondition, reason: "DISPOSITION_DIFFERS",
        "the nonconformance of the hold \(id) was decided otherwise: it can only become \(state.name)",
        metadata: ["hold_id": id, "allowed": state.name])
    case .inspectionOpen(let id, let inspection):
      Refusal(
        .failedPrecondition, reason: "INSPECTION_OPEN",
        "the hold \(id) ends with the inspection \(inspection), which is not over",
        metadata: ["hold_id": id, "inspection_id": inspection])
    case .tooManyHolds(let maximum):
      Refusal(
        .failedPrecondition, reason: "TOO_MANY_HOLDS",
        "there are \(maximum) holds already, the most that there may be; release some first",
        metadata: ["maximum": String(maximum)])
    case .tooManyResults(let id, let maximum):
      Refusal(
        .failedPrecondition, reason: "TOO_MANY_RESULTS",
        "the inspection \(id) would have more than \(maximum) results, corrections among them; ask for another one",
        metadata: ["inspection_id": id, "maximum": String(maximum)])
    case .inspectionIncomplete(let id, let missing, let sample, let characteristic):
      Refusal(
        .failedPrecondition, reason: "INSPECTION_INCOMPLETE",
        "\(missing) results of the inspection \(id) are missing, the first of them \(characteristic) of sample \(sample)",
        metadata: [
          "inspection_id": id, "missing": String(missing), "sample": String(sample),
          "characteristic": characteristic,
        ])
    case .characteristicUnknown(let code, let place):
      Self.result(
        "CHARACTERISTIC_UNKNOWN", "the plan has no characteristic \(code)", "characteristic", place)
    case .resultExists(let id, let place):
      Self.result(
        "RESULT_EXISTS", "there is the result \(id): a correction has to name it",
        "corrects_result_id", place, ["result_id": id])
    case .resultNotFound(let id, let place):
      Self.result(
        "RESULT_NOT_FOUND",
        "\(id) is no result of this sample and characteristic, or was replaced before",
        "corrects_result_id", place)
    case .samePerson(let id):
      Refusal(
        .permissionDenied, reason: "SAME_PERSON",
        "whoever has decided about the nonconformance \(id) does not verify it",
        metadata: ["nonconformance_id": id])
    case .holdsActive(let id, let holds):
      Refusal(
        .failedPrecondition, reason: "HOLDS_ACTIVE",
        "\(holds.count) holds that belong to the nonconformance \(id) are still active",
        metadata: ["nonconformance_id": id, "hold_ids": holds.prefix(5).joined(separator: ",")])
    }
  }

  private static func notFound(_ reason: String, _ kind: String, _ id: String) -> Refusal {
    Refusal(
      .notFound, reason: reason, "there is no \(kind) \(id)", metadata: ["\(kind)_id": id])
  }

  private static func state(
    _ reason: String, _ kind: String, _ id: String, _ state: String, _ allowed: [String]
  ) -> Refusal {
    let names = allowed.joined(separator: ", ")
    return Refusal(
      .failedPrecondition, reason: reason, "the \(kind) \(id) is \(state); allowed: \(names)",
      metadata: ["\(kind)_id": id, "state": state, "allowed": names])
  }

  private static func result(
    _ reason: String, _ message: String, _ field: String, _ place: Int,
    _ metadata: [String: String] = [:]
  ) -> Refusal {
    Refusal(
      .failedPrecondition, reason: reason, message, metadata: metadata,
      violations: [FieldViolation("results[\(place)].\(field)", message)])
  }
}
