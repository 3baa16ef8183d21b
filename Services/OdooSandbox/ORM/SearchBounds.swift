import JSON
import Values

/// What a condition says at once about the records it can select: nothing below or above an id,
/// nothing changed before a moment.
struct SearchBounds {
  var minimumID = Int.min
  var maximumID = Int.max
  var changedSince: Instant?

  init(_ domain: Domain) {
    switch domain {
    case .leaf(let leaf): read(leaf)
    case .and(let parts):
      for part in parts { narrow(SearchBounds(part)) }
    case .or(let parts):
      guard let first = parts.first else { return }
      self = parts.dropFirst().map(SearchBounds.init).reduce(SearchBounds(first)) { $0.widened($1) }
    case .not: break
    }
  }

  private mutating func read(_ leaf: Domain.Leaf) {
    if leaf.path == ["write_date"], [.greater, .greaterOrEqual, .equal].contains(leaf.operation) {
      changedSince = leaf.moment
    }
    guard leaf.path == ["id"], let number = leaf.operand.intValue.map(Int.init) else { return }
    switch leaf.operation {
    case .greater, .greaterOrEqual: minimumID = number
    case .less, .lessOrEqual: maximumID = number
    default: break
    }
  }

  private mutating func narrow(_ other: SearchBounds) {
    minimumID = max(minimumID, other.minimumID)
    maximumID = min(maximumID, other.maximumID)
    changedSince = [changedSince, other.changedSince].compactMap { $0 }.max()
  }

  private func widened(_ other: SearchBounds) -> SearchBounds {
    var result = self
    result.minimumID = min(minimumID, other.minimumID)
    result.maximumID = max(maximumID, other.maximumID)
    result.changedSince = changedSince.flatMap { one in other.changedSince.map { min(one, $0) } }
    return result
  }
}
