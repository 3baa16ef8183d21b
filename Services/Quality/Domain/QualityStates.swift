import Values

/// Where a hold stands (`millrace.quality.v1.HoldState`). The raw values are those of the contract.
enum HoldState: Int32, ContractState {
  case active = 1
  case released = 2
  case convertedToScrap = 3
}

/// Where an inspection stands (`millrace.quality.v1.InspectionState`).
enum InspectionState: Int32, ContractState {
  case requested = 1
  case inProgress = 2
  case passed = 3
  case failed = 4
  case cancelled = 5

  /// Where results are taken, and from where it is completed or cancelled.
  static let open: [InspectionState] = [.requested, .inProgress]
}

/// Where a nonconformance stands (`millrace.quality.v1.NonconformanceState`).
enum NonconformanceState: Int32, ContractState {
  case open = 1
  case underReview = 2
  case dispositioned = 3
  case verified = 4
  case closed = 5

  /// The one step that leads on from here; `nil` at the end. There is no other way.
  var next: NonconformanceState? { NonconformanceState(rawValue: rawValue + 1) }

  /// From where a step leads to this state.
  var previous: NonconformanceState? { NonconformanceState(rawValue: rawValue - 1) }

  /// Whether it is decided what becomes of the material.
  var isDecided: Bool { rawValue >= Self.dispositioned.rawValue }
}

/// What becomes of material (`millrace.quality.v1.Disposition`).
enum Disposition: Int32, Sendable, Hashable, CaseIterable {
  case useAsIs = 1
  case rework = 2
  case scrap = 3
  case returnToSupplier = 4

  /// How a hold ends that belongs to it.
  var holdsBecome: HoldState { self == .scrap ? .convertedToScrap : .released }
}
