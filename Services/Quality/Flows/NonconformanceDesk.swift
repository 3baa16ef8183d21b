import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Nonconformances: how one is raised, and how it goes its way. For callers and for inspections that fail.
struct NonconformanceDesk: Sendable {
  let nonconformances = ObjectTable<Quality.V1.Nonconformance>("nonconformances")

  /// The nonconformance of an identifier.
  /// - Throws: ``QualityError/nonconformanceNotFound(_:)``.
  func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws
    -> Quality.V1.Nonconformance
  {
    guard let found = try nonconformances.find(site, id, snapshot) else {
      throw QualityError.nonconformanceNotFound(id)
    }
    return found
  }

  /// Refuses what one that stands elsewhere does not allow.
  static func require(
    _ nonconformance: Quality.V1.Nonconformance, in allowed: [NonconformanceState]
  ) throws {
    let state = NonconformanceState(nonconformance)
    guard allowed.contains(state) else {
      throw QualityError.nonconformanceState(
        nonconformance.nonconformanceID, state, allowed: allowed)
    }
  }

  /// Raises one.
  func raise(
    _ id: String, about subject: HoldTarget, at site: SiteCode, description: String,
    inspection: String, by raiser: String, _ transaction: Transaction
  ) throws -> Quality.V1.Nonconformance {
    let raised = Quality.V1.Nonconformance.with {
      $0.nonconformanceID = id
      $0.site = site.text
      $0.subject = .init(subject)
      $0.description_p = description
      $0.inspectionID = inspection
      $0.state = .open
      $0.raisedBy = raiser
      $0.raisedAt = .init(transaction.now)
      $0.revision = 1
    }
    try put(raised, at: site, transaction)
    return raised
  }

  /// Takes one a step further.
  /// - Parameter change: what is known with the step.
  func step(
    _ before: Quality.V1.Nonconformance, to state: NonconformanceState, at site: SiteCode,
    _ transaction: Transaction, _ change: (inout Quality.V1.Nonconformance) -> Void
  ) throws -> Quality.V1.Nonconformance {
    try Self.require(before, in: state.previous.map { [$0] } ?? [])
    var after = before
    change(&after)
    after.state = .init(rawValue: state.rawValue)
    after.revision += 1
    try put(after, at: site, transaction)
    return after
  }

  private func put(
    _ nonconformance: Quality.V1.Nonconformance, at site: SiteCode, _ transaction: Transaction
  ) throws {
    let party = nonconformance.subject.flatMap(HoldTarget.init)?.key ?? ""
    try nonconformances.put(
      nonconformance,
      .init(
        site: site, key: nonconformance.nonconformanceID, state: nonconformance.state.rawValue,
        party: party), transaction)
  }
}

extension NonconformanceState {
  init(_ nonconformance: Quality.V1.Nonconformance) {
    self = NonconformanceState(rawValue: nonconformance.state.rawValue) ?? .open
  }
}
