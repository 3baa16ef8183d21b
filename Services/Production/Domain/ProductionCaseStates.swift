import Values

/// Where a case stands (`millrace.production.v1.ProductionCaseState`). The raw values are the contract's.
enum ProductionCaseState: Int32, ContractState {
  case open = 1
  case resolved = 2
}

/// What is decided about a case (`millrace.production.v1.ProductionCaseResolution`).
enum ProductionCaseResolution: Int32, ContractState {
  case newOrder = 1
  case correct = 2
  case discard = 3
}
