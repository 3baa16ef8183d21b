import Values

/// The records of a table by the moment of their last change, then by id: the order in which
/// somebody reads who looks for changes. Entries that a later change made untrue stay for a while;
/// whoever walks compares them with the rows.
struct ChangeOrder: Sendable {
  struct Entry: Comparable, Sendable {
    let at: Instant
    let id: Int

    static func < (left: Self, right: Self) -> Bool {
      left.at != right.at ? left.at < right.at : left.id < right.id
    }
  }

  private var entries: [Entry] = []
  private var isSorted = true

  /// More entries than this many per record are a reason to leave out the untrue ones.
  private static let maximumEntriesPerRecord = 3
  /// Small tables need no care.
  private static let spareEntries = 1_024

  /// Adds a change. Usually it is the latest one.
  mutating func append(_ entry: Entry) {
    if let last = entries.last, entry < last { isSorted = false }
    entries.append(entry)
  }

  /// Whether it is time for ``rebuild(_:)``.
  func isOvergrown(recordCount: Int) -> Bool {
    entries.count > recordCount * Self.maximumEntriesPerRecord + Self.spareEntries
  }

  mutating func rebuild(_ current: [Entry]) {
    entries = current
    isSorted = false
  }

  /// The entries at and after a moment, in order; an entry can occur twice.
  mutating func since(_ start: Instant?) -> ArraySlice<Entry> {
    if !isSorted {
      entries.sort()
      isSorted = true
    }
    guard let start else { return entries[...] }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].at < start { low = middle + 1 } else { high = middle }
    }
    return entries[low...]
  }
}
