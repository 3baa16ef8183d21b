extension Session {
  /// Deletes by all rules of the model and of the models that refer to it.
  func delete(_ records: [Record]) throws {
    guard let model = records.first?.model else { return }
    let present = records.filter(\.exists)
    try model.hooks.deleting?(self, present)
    let rows = present.compactMap { database.row(model.name, $0.id) }
    try release(present, of: model)
    for record in present where record.exists { remove(record) }
    try model.hooks.deleted?(self, rows)
  }

  /// Deals with what refers to records that go: parts go along, mandatory references refuse, others
  /// are emptied.
  private func release(_ records: [Record], of model: Model) throws {
    let ids = records.map(\.id)
    for reference in database.registry.references[model.name] ?? [] {
      let referring =
        database.ids(
          reference.model.name, where: reference.field.name, isOneOf: ids) ?? []
      guard !referring.isEmpty else { continue }
      let others = referring.sorted().map { record(reference.model.name, $0) }
      if reference.field.isCascading {
        try delete(others)
      } else if reference.field.isRequired {
        throw OdooError.stillReferenced(reference.model, reference.field)
      } else {
        for other in others { empty(reference.field.name, of: other) }
      }
    }
  }

  /// Empties a field as the database does it: `write_date` stays.
  private func empty(_ field: String, of record: Record) {
    guard let old = database.row(record.model.name, record.id) else { return }
    var row = old
    row[field] = .none
    database.put(row, record.model.name, record.id)
    record.model.hooks.changed?(record, old, [field])
  }
}
