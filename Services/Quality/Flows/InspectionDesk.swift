import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Inspections in their table, and what a plan says in the rules' types.
struct InspectionDesk: Sendable {
  let inspections = ObjectTable<Quality.V1.Inspection>("inspections")

  /// The inspection of an identifier.
  /// - Throws: ``QualityError/inspectionNotFound(_:)``.
  func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws -> Quality.V1.Inspection
  {
    guard let found = try inspections.find(site, id, snapshot) else {
      throw QualityError.inspectionNotFound(id)
    }
    return found
  }

  /// Refuses what is only possible before an inspection is over.
  static func requireOpen(_ inspection: Quality.V1.Inspection) throws {
    let state = InspectionState(inspection)
    guard InspectionState.open.contains(state) else {
      throw QualityError.inspectionState(
        inspection.inspectionID, state, allowed: InspectionState.open)
    }
  }

  /// The inspection that a hold ends with, when it is not over; `nil` for any other hold. A hold that was
  /// placed with an inspection has its identifier.
  func openInspection(
    of hold: Quality.V1.Hold, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> String? {
    guard let found = try inspections.find(site, hold.holdID, snapshot),
      found.holdID == hold.holdID, InspectionState.open.contains(InspectionState(found))
    else { return nil }
    return found.inspectionID
  }

  /// Makes one, or changes it: its revision is one more than before.
  func put(
    _ inspection: Quality.V1.Inspection, at site: SiteCode, _ transaction: Transaction
  ) throws -> Quality.V1.Inspection {
    var changed = inspection
    changed.revision += 1
    try inspections.put(
      changed,
      .init(
        site: site, key: changed.inspectionID, state: changed.state.rawValue,
        party: changed.subject.flatMap(HoldTarget.init)?.key ?? ""), transaction)
    return changed
  }

  /// Ends the hold that was placed with an inspection, where one was and is still active.
  func endOwnHold(
    of inspection: Quality.V1.Inspection, reason: String, by subject: String, _ desk: HoldDesk,
    at site: SiteCode, _ transaction: Transaction
  ) throws {
    guard !inspection.holdID.isEmpty else { return }
    let hold = try desk.require(site, inspection.holdID, transaction)
    guard hold.state == .active else { return }
    _ = try desk.end(
      hold, as: .released, at: site, reason: reason, by: subject, transaction)
  }
}

extension InspectionState {
  init(_ inspection: Quality.V1.Inspection) {
    self = InspectionState(rawValue: inspection.state.rawValue) ?? .requested
  }
}

extension SamplePlan {
  init(_ plan: Quality.V1.InspectionPlan?) {
    self.init(
      characteristics: plan?.characteristics.count ?? 0, sampleSize: Int(plan?.sampleSize ?? 0),
      acceptanceNumber: Int(plan?.acceptanceNumber ?? 0))
  }
}

extension Judgement {
  init(_ characteristic: Quality.V1.Characteristic) {
    switch characteristic.kind {
    case .measured:
      self = .measured(
        lower: try? Quantity(decimal: characteristic.lowerLimit),
        upper: try? Quantity(decimal: characteristic.upperLimit))
    case .attribute, .unspecified, .unrecognized: self = .attribute
    }
  }
}
