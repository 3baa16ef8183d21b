import Values

/// What kind of movement it is (`millrace.inventory.v1.MovementType`). The raw values are the contract's.
enum MovementType: Int32, ContractState {
  case receipt = 1
  case issue = 2
  case transfer = 3
  case stageToProduction = 4
  case returnFromProduction = 5
  case adjustment = 6

  /// What of a movement's locations breaks the rule of its type, by field; empty when nothing does.
  func violations(from: String, to: String) -> [(field: String, rule: String)] {
    func absent(_ field: String, _ location: String) -> [(String, String)] {
      location.isEmpty ? [] : [(field, "must be empty: this is a \(name)")]
    }
    func present(_ field: String, _ location: String) -> [(String, String)] {
      location.isEmpty ? [(field, "is required: this is a \(name)")] : []
    }
    switch self {
    case .receipt: return absent("from_location", from) + present("to_location", to)
    case .issue: return present("from_location", from) + absent("to_location", to)
    case .adjustment:
      return from.isEmpty == to.isEmpty
        ? [("to_location", "is required, or from_location is, and not both")] : []
    case .transfer, .stageToProduction, .returnFromProduction:
      let missing = present("from_location", from) + present("to_location", to)
      if missing.isEmpty, from == to { return [("to_location", "must be another location")] }
      return missing
    }
  }
}

/// Where a movement stands (`millrace.inventory.v1.MovementState`). The raw values are the contract's.
enum MovementState: Int32, ContractState {
  case received = 1
  case applied = 2
  case quarantined = 3
  case discarded = 4
  case reversed = 5

  /// Where the state may lead: the whole diagram.
  var next: Set<MovementState> {
    switch self {
    case .received: [.applied, .quarantined]
    case .quarantined: [.applied, .discarded]
    case .applied: [.reversed]
    case .discarded, .reversed: []
    }
  }
}

/// What a balance is about.
struct BalanceKey: Sendable, Hashable, Comparable {
  var location: String
  var itemCode: String
  var lot: String
  var serial: String

  static func < (left: Self, right: Self) -> Bool {
    (left.itemCode, left.lot, left.serial, left.location)
      < (right.itemCode, right.lot, right.serial, right.location)
  }
}

/// What a site does with what would go below zero.
enum NegativeStock: String, Sendable, Hashable, CaseIterable {
  /// It is taken.
  case accept
  /// It is taken, and shown to a person.
  case `case`
  /// It is refused.
  case refuse
}

/// What is done with a movement that names what master data does not have.
enum UnknownCodes: String, Sendable, Hashable, CaseIterable {
  case refuse
  /// It is quarantined until they are there.
  case quarantine
}
