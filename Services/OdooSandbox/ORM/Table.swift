import Values

/// All records of one model: by id, by what they refer to, and by their last change.
final class Table {
  /// By id; ids are given out one after the other and stay unused after a deletion.
  private var rows: ContiguousArray<Row?> = [nil]
  private(set) var count = 0
  private var lastID = 0
  private var indexes: [(field: String, ids: [Int: Set<Int>])]
  private var textIndexes: [(field: String, ids: [String: Set<Int>])]
  private var changes = ChangeOrder()

  init(_ model: Model) {
    indexes = model.indexed.sorted().map { ($0, [:]) }
    textIndexes = model.indexedTexts.map { ($0, [:]) }
  }

  subscript(id: Int) -> Row? { id > 0 && id < rows.count ? rows[id] : nil }

  func contains(_ id: Int) -> Bool { id > 0 && id < rows.count && rows[id] != nil }

  /// One value, without handing out the row: searches ask for little of very many.
  func value(_ id: Int, slot: Int) -> FieldValue {
    id > 0 && id < rows.count ? rows[id]?[slot: slot] ?? .none : .none
  }

  /// All ids that were ever given out.
  var range: ClosedRange<Int> { 0...lastID }

  /// A new id. Like PostgreSQL's sequences it is not given back by a rollback.
  func nextID() -> Int {
    lastID += 1
    return lastID
  }

  /// Keeps a row, or removes it.
  func put(_ row: Row?, at id: Int) {
    lastID = max(lastID, id)
    while rows.count <= lastID { rows.append(nil) }
    let old = rows[id]
    rows[id] = row
    count += (row == nil ? 0 : 1) - (old == nil ? 0 : 1)
    for position in indexes.indices {
      let field = indexes[position].field
      let before = old?[field].id
      let after = row?[field].id
      guard before != after else { continue }
      if let before {
        indexes[position].ids[before]?.remove(id)
        if indexes[position].ids[before]?.isEmpty ?? false {
          indexes[position].ids[before] = nil
        }
      }
      if let after { indexes[position].ids[after, default: []].insert(id) }
    }
    for position in textIndexes.indices {
      let field = textIndexes[position].field
      let (before, after) = (old?[field].text, row?[field].text)
      guard before != after else { continue }
      if let before { textIndexes[position].ids[before]?.remove(id) }
      if let after { textIndexes[position].ids[after, default: []].insert(id) }
    }
    note(old, row, id)
  }

  private func note(_ old: Row?, _ row: Row?, _ id: Int) {
    guard let row, case .instant(let at) = row["write_date"], old?["write_date"] != .instant(at)
    else { return }
    changes.append(.init(at: at, id: id))
    guard changes.isOvergrown(recordCount: count) else { return }
    changes.rebuild(
      rows.indices.compactMap { id in
        guard case .instant(let at) = rows[id]?["write_date"] else { return nil }
        return .init(at: at, id: id)
      })
  }

  /// The changes at and after a moment, oldest first. An entry counts when the record's
  /// `write_date` is still the same, and once.
  func changes(since start: Instant?) -> ArraySlice<ChangeOrder.Entry> {
    changes.since(start)
  }

  /// The ids of the records whose field refers to one of these; `nil` when there is no such index.
  func ids(where field: String, isOneOf targets: some Collection<Int>) -> Set<Int>? {
    guard let index = indexes.first(where: { $0.field == field })?.ids else { return nil }
    if targets.count == 1, let only = targets.first { return index[only] ?? [] }
    var result: Set<Int> = []
    for target in targets { if let ids = index[target] { result.formUnion(ids) } }
    return result
  }

  /// The ids of the records whose field has one of these texts; `nil` when there is no such index.
  func ids(where field: String, isOneOf texts: Set<String>) -> Set<Int>? {
    guard let index = textIndexes.first(where: { $0.field == field })?.ids else { return nil }
    return texts.reduce(into: []) { result, text in result.formUnion(index[text] ?? []) }
  }
}
