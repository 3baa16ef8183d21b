import Values

/// Everything the sandbox knows, in memory. One transaction at a time.
final class Database {
  /// A kept field of a record that must be worked out anew before it is read.
  struct PendingField: Hashable {
    let model: String
    let id: Int
    let field: String
  }

  let registry: Registry
  private var tables: [String: Table] = [:]
  private var undo: [String: [Int: Row?]] = [:]
  private var pending: [PendingField] = []
  /// Where the fields begin that were not taken yet.
  private var firstPending = 0
  private var pendingSet: Set<PendingField> = []
  private var sequences: [String: Int] = [:]
  /// Records by external id (`module.name`).
  var externalIDs = ExternalIDTable()
  /// Most edits that are remembered: a test looks at the first ones.
  static let maximumEdits = 100_000
  /// Writes to posted documents, oldest first.
  var edits: [PostedEdit] = []
  private var savedEditCount = 0

  init(registry: Registry) {
    self.registry = registry
    for model in registry.models.values { tables[model.name] = Table(model) }
  }

  /// Starts a transaction.
  func begin() {
    undo = [:]
    pending = []
    firstPending = 0
    pendingSet = []
    externalIDs.begin()
    savedEditCount = edits.count
  }

  /// Puts everything back to where ``begin()`` found it. Ids and numbers given out stay given out.
  func rollback() {
    for (model, rows) in undo {
      for (id, row) in rows { tables[model]?.put(row, at: id) }
    }
    externalIDs.rollback()
    edits.removeLast(edits.count - savedEditCount)
    begin()
  }

  /// The records of these models that are not as they were when the transaction began; asked a
  /// second time there are none.
  func takeChanges(of models: Set<String>) -> [RecordChange] {
    defer { undo = [:] }
    return undo.filter { models.contains($0.key) }.sorted { $0.key < $1.key }.flatMap {
      model, rows in
      rows.filter { row(model, $0.key) != $0.value }.keys.sorted()
        .map { RecordChange(model: model, id: $0) }
    }
  }

  func exists(_ model: String, _ id: Int) -> Bool { tables[model]?.contains(id) ?? false }
  func value(_ model: String, _ id: Int, slot: Int) -> FieldValue {
    tables[model]?.value(id, slot: slot) ?? .none
  }
  func row(_ model: String, _ id: Int) -> Row? { tables[model]?[id] }
  /// The row as it was when the transaction began.
  func rowAtBegin(_ model: String, _ id: Int) -> Row? {
    if let saved = undo[model]?[id] { return saved }
    return row(model, id)
  }
  func count(_ model: String) -> Int { tables[model]?.count ?? 0 }
  /// All ids of a model that were ever given out.
  func range(_ model: String) -> ClosedRange<Int> { tables[model]?.range ?? 0...0 }
  func ids(
    _ model: String, where field: String, isOneOf targets: some Collection<Int>
  ) -> Set<Int>? {
    tables[model]?.ids(where: field, isOneOf: targets)
  }
  func ids(_ model: String, where field: String, isOneOf texts: Set<String>) -> Set<Int>? {
    tables[model]?.ids(where: field, isOneOf: texts)
  }
  /// See ``Table/changes(since:)``.
  func changes(_ model: String, since start: Instant?) -> ArraySlice<ChangeOrder.Entry> {
    tables[model]?.changes(since: start) ?? []
  }
  func isCurrent(_ entry: ChangeOrder.Entry, _ model: Model) -> Bool {
    guard let slot = model.plainSlots["write_date"] else { return false }
    return value(model.name, entry.id, slot: slot) == .instant(entry.at)
  }
  func nextID(_ model: String) -> Int { tables[model]?.nextID() ?? 0 }

  /// Keeps a row (or removes it), remembering what was there before.
  func put(_ row: Row?, _ model: String, _ id: Int) {
    if undo[model]?[id] == nil { undo[model, default: [:]][id] = .some(self.row(model, id)) }
    tables[model]?.put(row, at: id)
  }

  /// The next number of a counter, from 1.
  func nextNumber(_ sequence: String) -> Int {
    sequences[sequence, default: 0] += 1
    return sequences[sequence, default: 1]
  }

  /// Marks a kept field as out of date.
  func invalidate(_ field: PendingField) {
    if pendingSet.insert(field).inserted { pending.append(field) }
  }

  /// Whether the field is out of date; it no longer is afterwards.
  func takePending(_ field: PendingField) -> Bool { pendingSet.remove(field) != nil }

  /// The oldest out-of-date field.
  func popPending() -> PendingField? {
    while firstPending < pending.count {
      let next = pending[firstPending]
      firstPending += 1
      if pendingSet.remove(next) != nil { return next }
    }
    pending.removeAll(keepingCapacity: true)
    firstPending = 0
    return nil
  }
}

/// A write that changed a posted (done) document.
struct PostedEdit: Sendable {
  let at: Instant
  let model: String
  let id: Int
  let name: String
  let field: String
  let before: FieldValue
  let after: FieldValue
}
