import JSON
import Values

/// One call at work: the database, who calls, with which context, and the moment its transaction
/// began.
final class Session {
  let database: Database
  let context: [String: JSONValue]
  /// The id of the calling user.
  let user: Int
  /// When the transaction began: every record it writes carries this `write_date`.
  let now: Instant

  init(database: Database, context: [String: JSONValue], user: Int, now: Instant) {
    self.database = database
    self.context = context
    self.user = user
    self.now = now
  }

  /// The same transaction with more context.
  func with(_ more: [String: JSONValue]) -> Session {
    Session(
      database: database, context: context.merging(more) { $1 }, user: user, now: now)
  }
  /// The same transaction without some context.
  func without(_ keys: some Collection<String>) -> Session {
    Session(
      database: database, context: context.filter { !keys.contains($0.key) }, user: user, now: now)
  }
  /// Whether a context key is set to something that Python holds for true.
  func isSet(_ key: String) -> Bool {
    switch context[key] {
    case nil, .null, .bool(false), .int(0), .string(""), .array([]), .object([:]): false
    default: true
    }
  }

  /// The moment without its fraction, as `fields.Datetime.now()` gives it.
  var second: Instant { Instant(seconds: now.microseconds / Instant.microsecondsPerSecond) }

  /// The model of this name; only for names in the source.
  func model(_ name: String) -> Model {
    guard let model = database.registry.models[name] else {
      preconditionFailure("the source names a model that is not registered: \(name)")
    }
    return model
  }
  func record(_ model: String, _ id: Int) -> Record {
    Record(session: self, model: self.model(model), id: id)
  }

  /// The record of an external id.
  func record(named name: String) -> Record? {
    database.externalIDs[name].map { record($0.model, $0.id) }
  }

  // MARK: Reading

  /// The value of a field. Kept fields that are out of date are worked out first.
  func value(_ model: Model, _ id: Int, _ name: String) -> FieldValue {
    if let slot = model.plainSlots[name] {
      return database.value(model.name, id, slot: slot)
    }
    if name == "id" { return .integer(id) }
    guard let field = model.fields[name] else { return .none }
    if let compute = field.compute {
      return compute(Record(session: self, model: model, id: id))
    }
    if case .one2many(let comodel, let inverse, let including) = field.kind {
      let ids = database.ids(comodel, where: inverse, isOneOf: CollectionOfOne(id)) ?? []
      let children = ids.map { record(comodel, $0) }
        .filter { including?($0) ?? true }
      return .references(sorted(children, self.model(comodel).order))
    }
    if field.recompute != nil { refresh(.init(model: model.name, id: id, field: name)) }
    return database.row(model.name, id)?[name] ?? .none
  }

  /// Works a kept field out when it is out of date.
  private func refresh(_ pending: Database.PendingField) {
    guard database.takePending(pending) else { return }
    work(out: pending)
  }

  private func work(out pending: Database.PendingField) {
    let record = self.record(pending.model, pending.id)
    guard record.exists, let body = record.model.fields[pending.field]?.recompute,
      let value = body(record)
    else { return }
    update(record, [pending.field: value])
  }

  /// Most fields worked out in one flush: a bound on a chain of dependencies that would never
  /// settle.
  private static let maximumRecomputations = 1_000_000

  /// Works out everything that is out of date.
  func flush() {
    var count = 0
    while count < Self.maximumRecomputations, let next = database.popPending() {
      work(out: next)
      count += 1
    }
  }

  // MARK: Keeping

  /// Keeps changed values. Nothing differs: nothing happens, `write_date` included.
  func update(_ record: Record, _ values: [String: FieldValue]) {
    guard let old = database.row(record.model.name, record.id) else { return }
    let changed = values.filter { old[$0.key] != rounded($0.value, record.model.fields[$0.key]) }
    guard !changed.isEmpty else { return }
    var row = old
    for (name, value) in changed { row[name] = rounded(value, record.model.fields[name]) }
    touch(&row)
    database.put(row, record.model.name, record.id)
    noteEdit(of: record, old, changed)
    record.model.hooks.changed?(record, old, Set(changed.keys))
  }

  /// Moves `write_date` although no value differs, as an explicit `write` does.
  func touch(_ record: Record) {
    guard var row = database.row(record.model.name, record.id) else { return }
    touch(&row)
    database.put(row, record.model.name, record.id)
  }

  private func touch(_ row: inout Row) {
    row["write_date"] = .instant(now)
    row["write_uid"] = .reference(user)
  }

  private func rounded(_ value: FieldValue, _ field: Field?) -> FieldValue {
    guard case .float(let number) = value, case .float(let digits?) = field?.kind else {
      return value
    }
    return .float(Rounding.round(number, decimals: digits))
  }

  /// Makes a record of values that are complete, without the rules of `create`.
  @discardableResult
  func insert(_ modelName: String, _ values: [String: FieldValue]) -> Record {
    let model = self.model(modelName)
    var row = Row(model.layout)
    for field in model.initialFields where values[field.name] == nil {
      row[field.name] = field.initial?(self) ?? .none
    }
    for (name, value) in values { row[name] = rounded(value, model.fields[name]) }
    row["create_date"] = .instant(now)
    row["create_uid"] = .reference(user)
    touch(&row)
    let id = database.nextID(modelName)
    database.put(row, modelName, id)
    let record = self.record(modelName, id)
    for field in model.recomputedFields { record.invalidate(field.name) }
    if let changed = model.hooks.changed {
      changed(record, nil, Set(values.keys).union(model.initialFields.map(\.name)))
    }
    return record
  }

  /// Removes a record and the references of external ids to it.
  func remove(_ record: Record) {
    let old = database.row(record.model.name, record.id)
    database.put(nil, record.model.name, record.id)
    database.externalIDs.remove(.init(model: record.model.name, id: record.id))
    if old != nil { record.model.hooks.changed?(record, old, ["id"]) }
  }

  /// Remembers a change to a document that was posted before this call.
  private func noteEdit(of record: Record, _ old: Row, _ changed: [String: FieldValue]) {
    guard let watched = PostedDocuments.watchedFields[record.model.name],
      database.rowAtBegin(record.model.name, record.id)?["state"] == .text("done")
    else { return }
    for name in watched
    where changed[name] != nil && database.edits.count < Database.maximumEdits {
      database.edits.append(
        PostedEdit(
          at: now, model: record.model.name, id: record.id,
          name: PostedDocuments.name(of: record), field: name,
          before: old[name], after: changed[name] ?? .none))
    }
  }
}
