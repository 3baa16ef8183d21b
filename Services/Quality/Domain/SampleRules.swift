import Values

/// How a characteristic is judged.
enum Judgement: Sendable, Hashable {
  /// A value between the limits, the limits themselves included; `nil` is no limit.
  case measured(lower: Quantity?, upper: Quantity?)
  /// As somebody has seen it.
  case attribute

  /// Whether a result is good.
  /// - Parameters:
  ///   - value: of a measured one.
  ///   - seen: what somebody has said of an attribute.
  func passes(_ value: Quantity?, seen: Bool) -> Bool {
    switch self {
    case .attribute: return seen
    case .measured(let lower, let upper):
      guard let value else { return false }
      return lower.map { value >= $0 } ?? true && upper.map { value <= $0 } ?? true
    }
  }
}

/// What a plan makes of results.
struct SamplePlan: Sendable, Hashable {
  /// How many characteristics every sample has.
  var characteristics: Int
  var sampleSize: Int
  /// With how many failed samples it still passes.
  var acceptanceNumber: Int

  /// How many results are needed.
  var resultsNeeded: Int { characteristics * sampleSize }

  /// What the inspection comes to.
  func verdict(failedSamples: Int) -> InspectionState {
    failedSamples <= acceptanceNumber ? .passed : .failed
  }
}
