/// The kept values of one record.
struct Row: Sendable {
  var values: [String: FieldValue] = [:]

  subscript(field: String) -> FieldValue {
    get { values[field] ?? .none }
    set { values[field] = newValue }
  }
}

/// All records of one model, with an index for each many2one field.
struct Table {
  private(set) var rows: [Int: Row] = [:]
  private var lastID = 0
  private var indexes: [String: [Int: Set<Int>]] = [:]

  init(indexed: [String]) {
    for field in indexed { indexes[field] = [:] }
  }

  /// A new id. Like PostgreSQL's sequences it is not given back by a rollback.
  mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }

  /// Keeps a row, or removes it.
  mutating func put(_ row: Row?, at id: Int) {
    let old = rows[id]
    lastID = max(lastID, id)
    rows[id] = row
    for field in indexes.keys {
      let before = old?[field].id
      let after = row?[field].id
      guard before != after else { continue }
      if let before { indexes[field]?[before]?.remove(id) }
      if let after { indexes[field]?[after, default: []].insert(id) }
    }
  }

  /// The ids of the records whose field refers to one of these; `nil` when there is no such index.
  func ids(where field: String, isOneOf targets: some Sequence<Int>) -> Set<Int>? {
    guard let index = indexes[field] else { return nil }
    var result: Set<Int> = []
    for target in targets { result.formUnion(index[target] ?? []) }
    return result
  }
}
