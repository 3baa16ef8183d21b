import RPC

/// What goes first when not everything can be done: what has happened in the plant must be told, a
/// list can be asked for again.
///
/// By the method's name, as all contracts name theirs: `List…`, `Get…`, `Report…`, `Acknowledge…`.
public enum CallPriority: Sendable, Hashable, CaseIterable {
  /// A page of a list.
  case list
  /// One record, and whatever else reads.
  case read
  /// What somebody wants to be done.
  case command
  /// What has been done in the plant: execution facts.
  case fact

  /// The priority of a path.
  init(path: String) {
    let name = path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]
    self =
      if name.hasPrefix("List") { .list } else if name.hasPrefix("Get") {
        .read
      } else if name.hasPrefix("Report") || name.hasPrefix("Acknowledge") { .fact } else {
        .command
      }
  }

  /// Up to which part of the capacity calls of it are let in.
  var share: Double {
    switch self {
    case .list: 0.5
    case .read: 0.7
    case .command: 0.9
    case .fact: 1
    }
  }
}
