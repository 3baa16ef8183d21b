import JSON
import Values

extension Session {
  /// Makes a record by all rules of its model, children included.
  @discardableResult
  func create(_ model: Model, _ given: WrittenValues) throws -> Record {
    var values = withContextDefaults(given, model)
    try model.hooks.creating?(self, &values)
    let record = insert(
      model.name,
      values.compactMapValues { value in
        if case .value(let scalar) = value { scalar } else { nil }
      }.filter { model.fields[$0.key]?.isStored ?? false })
    try apply(commandsOf: values, to: record)
    try model.hooks.created?(record, values)
    try checkMandatory(record)
    return record
  }

  /// `default_…` keys of the context fill in what was not given.
  private func withContextDefaults(_ given: WrittenValues, _ model: Model) -> WrittenValues {
    var values = given
    for (key, json) in context where key.hasPrefix("default_") {
      let name = String(key.dropFirst("default_".count))
      guard values[name] == nil, model.fields[name] != nil,
        let value = try? Conversion.written(.object([name: json]), model, self)[name]
      else { continue }
      // A list of bare ids as a default stands for exactly these records.
      values[name] = value
    }
    return values
  }

  private func checkMandatory(_ record: Record) throws {
    let names = record.model.fields.values.filter { $0.isRequired && $0.isStored }.map(\.name)
    for name in names.sorted() where record.value(name) == .none {
      if let field = record.model.fields[name] { throw OdooError.mandatory(record.model, field) }
    }
  }

  /// Writes by all rules of the model. The records must exist.
  func write(_ records: [Record], _ values: WrittenValues) throws {
    guard let model = records.first?.model else { return }
    let missing = records.filter { !$0.exists }.map(\.id)
    guard missing.isEmpty else { throw OdooError.missing(model.name, missing, user: user) }
    if let writing = model.hooks.writing {
      try writing(self, records, values) { try keep($0, records) }
    } else {
      try keep(values, records)
    }
  }

  private func keep(_ values: WrittenValues, _ records: [Record]) throws {
    for record in records {
      var scalars: [String: FieldValue] = [:]
      for case (let name, .value(let scalar)) in values
      where record.model.fields[name]?.isStored ?? false { scalars[name] = scalar }
      touch(record)
      record.set(scalars)
      try apply(commandsOf: values, to: record)
      for name in scalars.keys where scalars[name] == FieldValue.none {
        if let field = record.model.fields[name], field.isRequired {
          throw OdooError.mandatory(record.model, field)
        }
      }
    }
  }

  private func apply(commandsOf values: WrittenValues, to record: Record) throws {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard case .commands(let commands) = value, let field = record.model.fields[name] else {
        continue
      }
      switch field.kind {
      case .one2many(let comodel, let inverse, _):
        for command in commands {
          try apply(command, to: record, name, self.model(comodel), inverse)
        }
      case .many2many(let comodel):
        try applyMany(commands, to: record, field, self.model(comodel))
      default: continue
      }
    }
  }

  private func apply(
    _ command: Command, to record: Record, _ name: String, _ comodel: Model, _ inverse: String
  ) throws {
    switch command {
    case .create(var values):
      values[inverse] = .value(.reference(record.id))
      try create(comodel, values)
    case .update(let id, let values): try write([self.record(comodel.name, id)], values)
    case .delete(let id):
      let child = self.record(comodel.name, id)
      guard child.exists else { throw OdooError.missing(comodel.name, [id], user: user) }
      try delete([child])
    case .unlink(let id): self.record(comodel.name, id).set(inverse, .none)
    case .link(let id): self.record(comodel.name, id).set(inverse, .reference(record.id))
    case .clear:
      for child in record.records(name) { child.set(inverse, .none) }
    case .set(let ids):
      for child in record.records(name) where !ids.contains(child.id) { child.set(inverse, .none) }
      for id in ids { self.record(comodel.name, id).set(inverse, .reference(record.id)) }
    }
  }

  private func applyMany(
    _ commands: [Command], to record: Record, _ field: Field, _ comodel: Model
  ) throws {
    var ids = record.records(field.name).map(\.id)
    for command in commands {
      switch command {
      case .create(let values): ids.append(try create(comodel, values).id)
      case .update(let id, let values): try write([self.record(comodel.name, id)], values)
      case .delete(let id):
        try delete([self.record(comodel.name, id)])
        ids.removeAll { $0 == id }
      case .unlink(let id): ids.removeAll { $0 == id }
      case .link(let id): if !ids.contains(id) { ids.append(id) }
      case .clear: ids = []
      case .set(let new): ids = new
      }
    }
    record.set(field.name, .references(ids))
  }

}
