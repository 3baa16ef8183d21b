/// Where an external id leads.
struct ExternalReference: Hashable, Sendable {
  let model: String
  let id: Int
}

/// Records by external id (`module.name`), and the other way round.
struct ExternalIDTable {
  private var references: [String: ExternalReference] = [:]
  private var names: [ExternalReference: Set<String>] = [:]
  /// What the names changed since ``begin()`` led to before.
  private var undo: [String: ExternalReference?] = [:]

  subscript(name: String) -> ExternalReference? {
    get { references[name] }
    set {
      if undo[name] == nil { undo[name] = .some(references[name]) }
      if let old = references[name] { names[old]?.remove(name) }
      references[name] = newValue
      if let newValue { names[newValue, default: []].insert(name) }
    }
  }

  /// The names of a record, in order.
  func names(of reference: ExternalReference) -> [String] { (names[reference] ?? []).sorted() }

  mutating func remove(_ reference: ExternalReference) {
    for name in names(of: reference) { self[name] = nil }
    names[reference] = nil
  }

  mutating func begin() { undo = [:] }

  mutating func rollback() {
    for (name, reference) in undo { self[name] = reference }
    undo = [:]
  }
}
