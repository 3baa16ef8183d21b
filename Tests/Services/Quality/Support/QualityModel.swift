import Values

@testable import Quality

/// Quality by its diagrams alone, in memory: what each step comes to, and why it is refused.
struct QualityModel {
  struct Inspection {
    let samples: Int
    let accepting: Int
    let untilPassed: Bool
    let onFailure: Bool
    var state = InspectionState.requested
    /// What counts of each sample's characteristic, `true` for a good result, and its identifier.
    var results: [String: (id: String, passed: Bool)] = [:]
    var resultCount = 0
    var nonconformance = ""

    var failedSamples: Int {
      (1...samples).filter { sample in
        QualityModel.characteristics.contains { results["\(sample) \($0)"]?.passed == false }
      }.count
    }
    var isOpen: Bool { state == .requested || state == .inProgress }
  }

  struct Nonconformance {
    var state = NonconformanceState.open
    var disposition: Disposition?
    var decidedBy = ""
  }

  struct Hold {
    var state = HoldState.active
    var nonconformance = ""
    /// The inspection that it waits for.
    var inspection = ""
  }

  static let characteristics = ["DIAMETER", "SURFACE"]

  var inspections: [String: Inspection] = [:]
  var nonconformances: [String: Nonconformance] = [:]
  var holds: [String: Hold] = [:]

  mutating func create(_ id: String, _ inspection: Inspection) {
    inspections[id] = inspection
    if inspection.untilPassed { holds[id] = Hold(inspection: id) }
  }

  /// - Parameter corrects: the result that it names.
  mutating func submit(
    _ id: String, sample: Int, characteristic: String, passed: Bool, corrects: String,
    resultID: () -> String
  ) -> String? {
    guard var inspection = inspections[id], inspection.isOpen else { return "INSPECTION_STATE" }
    let key = "\(sample) \(characteristic)"
    let current = inspection.results[key]?.id ?? ""
    if corrects != current { return corrects.isEmpty ? "RESULT_EXISTS" : "RESULT_NOT_FOUND" }
    inspection.results[key] = (resultID(), passed)
    inspection.resultCount += 1
    inspection.state = .inProgress
    inspections[id] = inspection
    return nil
  }

  mutating func complete(_ id: String, raising nonconformance: () -> String) -> String? {
    guard var inspection = inspections[id], inspection.isOpen else { return "INSPECTION_STATE" }
    if inspection.results.count < inspection.samples * Self.characteristics.count {
      return "INSPECTION_INCOMPLETE"
    }
    let passed = inspection.failedSamples <= inspection.accepting
    inspection.state = passed ? .passed : .failed
    if !passed, inspection.onFailure {
      let raised = nonconformance()
      nonconformances[raised] = Nonconformance()
      holds[raised] = Hold(nonconformance: raised)
      inspection.nonconformance = raised
    }
    if passed || inspection.onFailure, holds[id]?.state == .active { holds[id]?.state = .released }
    inspections[id] = inspection
    return nil
  }

  mutating func cancel(_ id: String) -> String? {
    guard inspections[id]?.isOpen == true else { return "INSPECTION_STATE" }
    inspections[id]?.state = .cancelled
    if holds[id]?.state == .active { holds[id]?.state = .released }
    return nil
  }

  mutating func step(_ id: String, to state: NonconformanceState, by person: String) -> String? {
    guard let before = nonconformances[id], before.state.rawValue + 1 == state.rawValue else {
      return "NONCONFORMANCE_STATE"
    }
    if state == .verified, before.decidedBy == person { return "SAME_PERSON" }
    if state == .closed,
      holds.values.contains(where: { $0.nonconformance == id && $0.state == .active })
    {
      return "HOLDS_ACTIVE"
    }
    nonconformances[id]?.state = state
    return nil
  }

  mutating func decide(_ id: String, _ disposition: Disposition, by person: String) -> String? {
    if let refused = step(id, to: .dispositioned, by: person) { return refused }
    nonconformances[id]?.disposition = disposition
    nonconformances[id]?.decidedBy = person
    return nil
  }

  mutating func place(nonconformance: String, id: () -> String) -> String? {
    if !nonconformance.isEmpty, nonconformances[nonconformance]?.state == .closed {
      return "NONCONFORMANCE_STATE"
    }
    holds[id()] = Hold(nonconformance: nonconformance)
    return nil
  }

  mutating func release(_ id: String, scrap: Bool) -> String? {
    guard let hold = holds[id], hold.state == .active else { return "HOLD_STATE" }
    let becomes: HoldState = scrap ? .convertedToScrap : .released
    if let found = nonconformances[hold.nonconformance] {
      guard let decided = found.disposition else { return "NONCONFORMANCE_STATE" }
      if (decided == .scrap) != scrap { return "DISPOSITION_DIFFERS" }
    }
    if inspections[hold.inspection]?.isOpen == true { return "INSPECTION_OPEN" }
    holds[id]?.state = becomes
    return nil
  }
}
