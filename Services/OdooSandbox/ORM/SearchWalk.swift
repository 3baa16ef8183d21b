import Values

/// A walk through the records of a model in one of the orders that need no sorting. A page costs
/// what it holds, not what the table holds.
enum SearchWalk {
  case ids(isDescending: Bool)
  case changes(isDescending: Bool)

  /// The walk for an order, if there is one. Ties of `write_date` alone are broken by ascending id.
  init?(_ keys: [SortKey]) {
    let isDescending = keys.first?.isDescending ?? false
    switch keys.map(\.field) {
    case ["id"]: self = .ids(isDescending: isDescending)
    case ["write_date"] where !isDescending: self = .changes(isDescending: false)
    case ["write_date", "id"] where keys[1].isDescending == isDescending:
      self = .changes(isDescending: isDescending)
    default: return nil
    }
  }

  /// The ids on the way, as far as `visit` wants to go.
  func forEach(_ model: Model, _ database: Database, _ bounds: SearchBounds, _ visit: (Int) -> Bool)
  {
    switch self {
    case .ids(let isDescending):
      let range = Self.range(model, database, bounds)
      if isDescending {
        for id in range.reversed() where !visit(id) { return }
      } else {
        for id in range where !visit(id) { return }
      }
    case .changes(let isDescending):
      let entries = database.changes(model.name, since: bounds.changedSince)
      if isDescending {
        Self.walk(entries.reversed(), model, database, visit)
      } else {
        Self.walk(entries, model, database, visit)
      }
    }
  }

  static func range(_ model: Model, _ database: Database, _ bounds: SearchBounds) -> Range<Int> {
    let all = database.range(model.name)
    let first = max(all.lowerBound, bounds.minimumID)
    let last = min(all.upperBound, bounds.maximumID)
    return first <= last ? first..<(last + 1) : 0..<0
  }

  private static func walk(
    _ entries: some Sequence<ChangeOrder.Entry>, _ model: Model, _ database: Database,
    _ visit: (Int) -> Bool
  ) {
    var previous: ChangeOrder.Entry?
    for entry in entries {
      defer { previous = entry }
      guard entry != previous, database.isCurrent(entry, model) else { continue }
      if !visit(entry.id) { return }
    }
  }
}
