import Values

/// Everything Inventory's rules refuse. `Refusals.swift` turns each into a status, in one place.
enum InventoryError: Error, Sendable, Hashable {
  case movementNotFound(String)
  case movementState(String, MovementState, needed: MovementState)
  case countNotFound(String)
  case referencesUnknown([ReferenceFinding])
  case unitMismatch(unit: String, expected: String, item: String)
  case negativeStock(BalanceKey, balance: String, change: String, unit: String)
  case quantityOverflow(BalanceKey)
  /// More balances lie behind a question than one call looks at.
  case questionTooWide(itemCode: String, limit: Int)
  case varianceChanged(BalanceKey, seen: String, now: String)
}
