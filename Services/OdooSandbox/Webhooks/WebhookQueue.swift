/// Changes that wait to be told, oldest first. A change of a record whose last one still waits is
/// told once; what does not fit is dropped, as nobody waits for it.
struct WebhookQueue {
  private var waiting: [RecordChange] = []
  private var first = 0
  private var known: Set<RecordChange> = []
  private let limit: Int
  private(set) var droppedCount: Int64 = 0

  init(limit: Int) { self.limit = limit }

  var count: Int { known.count }

  mutating func append(_ changes: some Sequence<RecordChange>) {
    for change in changes where !known.contains(change) {
      guard known.count < limit else {
        droppedCount += 1
        continue
      }
      known.insert(change)
      waiting.append(change)
    }
  }

  mutating func next() -> RecordChange? {
    guard first < waiting.count else {
      waiting.removeAll(keepingCapacity: true)
      first = 0
      return nil
    }
    defer { first += 1 }
    known.remove(waiting[first])
    return waiting[first]
  }
}
