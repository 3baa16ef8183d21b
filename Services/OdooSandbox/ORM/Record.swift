import Values

/// A record, as business code sees it.
struct Record {
  let session: Session
  let model: Model
  let id: Int

  /// The value of a field, worked out when it has to be. Unknown fields have none.
  func value(_ name: String) -> FieldValue { session.value(model, id, name) }
  func text(_ name: String) -> String {
    if case .text(let text) = value(name) { text } else { "" }
  }
  func float(_ name: String) -> Double {
    switch value(name) {
    case .float(let number): number
    case .integer(let number): Double(number)
    default: 0
    }
  }
  func integer(_ name: String) -> Int {
    if case .integer(let number) = value(name) { number } else { 0 }
  }
  func flag(_ name: String) -> Bool { value(name) == .boolean(true) }
  func instant(_ name: String) -> Instant? {
    if case .instant(let instant) = value(name) { instant } else { nil }
  }
  func reference(_ name: String) -> Record? {
    guard let id = value(name).id, let comodel = model.fields[name]?.kind.comodel else {
      return nil
    }
    return session.record(comodel, id)
  }
  func records(_ name: String) -> [Record] {
    guard case .references(let ids) = value(name), let comodel = model.fields[name]?.kind.comodel
    else { return [] }
    return ids.map { session.record(comodel, $0) }
  }

  var displayName: String { model.displayName(self) }
  var exists: Bool { session.database.exists(model.name, id) }

  /// Keeps values without any further rule, and moves `write_date`.
  func set(_ values: [String: FieldValue]) { session.update(self, values) }
  func set(_ name: String, _ value: FieldValue) { session.update(self, [name: value]) }
  /// Marks kept fields as out of date.
  func invalidate(_ names: String...) {
    for name in names { session.database.invalidate(.init(model: model.name, id: id, field: name)) }
  }
  /// The same record in a session with another context.
  func with(_ session: Session) -> Record { Record(session: session, model: model, id: id) }
}

extension Record: Hashable {
  static func == (left: Record, right: Record) -> Bool {
    left.id == right.id && left.model === right.model
  }
  func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
