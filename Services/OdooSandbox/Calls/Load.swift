import JSON

/// `load(columns, rows)`: makes or changes records given as a table. Bad rows are no error: the
/// answer has `ids: false` and messages, and nothing of the call is kept.
enum Load {
  static let call: Method = { session, call in
    var call = call
    let columns = (call.take("fields")?.arrayValue ?? []).map { json in
      (json.stringValue ?? "").split(separator: "/").map(String.init)
    }
    let rows = (call.take("data")?.arrayValue ?? []).map { $0.arrayValue ?? [] }
    for column in columns { try check(column, call.model, session) }
    let entries = LoadTable(columns: columns, rows: rows).entries(call.model, session)
    var reader = LoadReader(session: session)
    var prepared: [(LoadEntry, LoadedValues)] = []
    for entry in entries { prepared.append((entry, reader.read(entry, call.model))) }
    var ids: [JSONValue] = []
    if reader.messages.isEmpty {
      for (index, (entry, values)) in prepared.enumerated() {
        do {
          let record = try LoadWriter.keep(values, call.model, session)
          ids.append(.int(Int64(record.id)))
        } catch let error as OdooError {
          reader.messages.append(message(error, entry, index))
        }
      }
    }
    guard reader.messages.isEmpty else {
      session.database.rollback()
      return ["ids": false, "messages": .array(reader.messages), "nextrow": 0]
    }
    return ["ids": .array(ids), "messages": [], "nextrow": 0]
  }

  /// Every column must lead to a field.
  private static func check(_ column: [String], _ model: Model, _ session: Session) throws {
    guard let first = column.first, first != "id", first != ".id" else { return }
    guard let field = model.fields[first] else {
      throw session.database.registry.version == .v17
        ? OdooError.key(first) : OdooError.value("Invalid field name '\(first)'")
    }
    if column.count > 1, let comodel = field.kind.comodel {
      try check(Array(column.dropFirst()), session.model(comodel), session)
    }
  }

  private static func message(_ error: OdooError, _ entry: LoadEntry, _ index: Int) -> JSONValue {
    let isBusiness = error.name.hasPrefix("odoo.exceptions.")
    return [
      "rows": entry.span, "record": .int(Int64(index)), "type": "error",
      "message": .string(
        isBusiness
          ? error.message
          : "Unknown error during import: <class '\(error.name)'>: \(error.message)"),
    ]
  }
}

/// One record of the table: its own cells, and the tables of its children.
struct LoadEntry {
  var cells: [(column: [String], value: JSONValue)] = []
  var children: [String: LoadTable] = [:]
  var firstRow = 0
  var lastRow = 0
  var index = 0

  var span: JSONValue { ["from": .int(Int64(firstRow)), "to": .int(Int64(lastRow))] }
}

/// Cells below column names.
struct LoadTable {
  let columns: [[String]]
  let rows: [[JSONValue]]

  /// Cuts the table into records: a row whose own cells are all empty belongs to the record above
  /// it.
  func entries(_ model: Model, _ session: Session) -> [LoadEntry] {
    var starts: [Int] = []
    let own = columns.indices.filter { !isChild(columns[$0], model) }
    for (index, row) in rows.enumerated()
    where starts.isEmpty || own.contains(where: { $0 < row.count && !Self.isEmpty(row[$0]) }) {
      starts.append(index)
    }
    return starts.enumerated().map { position, start in
      let end = position + 1 < starts.count ? starts[position + 1] : rows.count
      var entry = LoadEntry(firstRow: start, lastRow: end - 1, index: position)
      for index in own where index < rows[start].count {
        entry.cells.append((columns[index], rows[start][index]))
      }
      entry.children = children(of: Array(rows[start..<end]), model)
      return entry
    }
  }

  private func children(of block: [[JSONValue]], _ model: Model) -> [String: LoadTable] {
    let names = Set(columns.filter { isChild($0, model) }.map { $0[0] })
    var result: [String: LoadTable] = [:]
    for name in names {
      let indices = columns.indices.filter { columns[$0].first == name }
      let cells = block.map { row in indices.map { $0 < row.count ? row[$0] : "" } }
        .filter { !$0.allSatisfy(Self.isEmpty) }
      result[name] = LoadTable(columns: indices.map { Array(columns[$0].dropFirst()) }, rows: cells)
    }
    return result
  }

  private func isChild(_ column: [String], _ model: Model) -> Bool {
    guard column.count > 1, case .one2many = model.fields[column[0]]?.kind else { return false }
    return true
  }

  static func isEmpty(_ cell: JSONValue) -> Bool { cell == "" || cell == false || cell == .null }
}

/// A record of the table, read and ready to be kept.
struct LoadedValues {
  var externalID: String?
  var id: Int?
  var values: WrittenValues = [:]
  var children: [String: [LoadedValues]] = [:]
}

/// Reads entries and collects what is wrong with them.
struct LoadReader {
  let session: Session
  var messages: [JSONValue] = []

  init(session: Session) { self.session = session }

  mutating func read(_ entry: LoadEntry, _ model: Model) -> LoadedValues {
    var result = LoadedValues()
    for (column, cell) in entry.cells { read(column, cell, model, entry, into: &result) }
    for (name, table) in entry.children {
      guard let comodel = model.fields[name]?.kind.comodel.map({ session.model($0) }) else {
        continue
      }
      result.children[name] = table.entries(comodel, session).map { read($0, comodel) }
    }
    return result
  }

  private mutating func read(
    _ column: [String], _ cell: JSONValue, _ model: Model, _ entry: LoadEntry,
    into result: inout LoadedValues
  ) {
    let text = cell.stringValue ?? (LoadTable.isEmpty(cell) ? "" : Python.repr(cell))
    if column == ["id"] {
      result.externalID = text.isEmpty ? nil : text.contains(".") ? text : "__import__.\(text)"
    } else if column == [".id"] {
      result.id = Int(text)
    } else if let field = model.fields[column[0]] {
      if let value = value(text, column, field, entry) { result.values[field.name] = .value(value) }
    }
  }

  private mutating func value(
    _ text: String, _ column: [String], _ field: Field, _ entry: LoadEntry
  ) -> FieldValue? {
    if text.isEmpty { return FieldValue.none }
    switch field.kind {
    case .many2one(let comodel):
      if let id = reference(text, column.count > 1 ? column[1] : "name", comodel) {
        return .reference(id)
      }
      messages.append(notFound(text, column, field, comodel, entry))
      return nil
    case .float:
      if let number = Double(text), abs(number) <= Conversion.maximumNumber {
        return .float(number)
      }
      messages.append(notNumber(text, field, entry))
    case .integer:
      if let number = Int(text) { return .integer(number) }
      messages.append(notNumber(text, field, entry))
    case .boolean: return .boolean(["1", "true", "yes"].contains(text.lowercased()))
    case .datetime:
      if let instant = try? Moment.fromValue(text) { return .instant(instant) }
      messages.append(
        problem(
          "'\(text)' does not seem to be a valid datetime for field '\(field.label)'", field, entry)
      )
    case .selection(let values):
      if let found = values.first(where: { $0.value == text || $0.label == text }) {
        return .text(found.value)
      }
      messages.append(
        problem("Value '\(text)' not found in selection field '\(field.label)'", field, entry))
    default: return .text(text)
    }
    return nil
  }

  private func reference(_ text: String, _ kind: String, _ comodel: String) -> Int? {
    switch kind {
    case ".id": Int(text).flatMap { session.record(comodel, $0).exists ? $0 : nil }
    case "id":
      session.database.externalIDs[text].flatMap { $0.model == comodel ? $0.id : nil }
    default:
      session.search(session.model(comodel), .all).first { $0.displayName == text }?.id
    }
  }

  private func problem(_ text: String, _ field: Field, _ entry: LoadEntry) -> JSONValue {
    [
      "rows": entry.span, "type": "error", "record": .int(Int64(entry.index)),
      "field": .string(field.name), "message": .string(text), "field_name": .string(field.label),
    ]
  }

  private func notNumber(_ text: String, _ field: Field, _ entry: LoadEntry) -> JSONValue {
    problem("'\(text)' does not seem to be a number for field '\(field.label)'", field, entry)
  }

  private func notFound(
    _ text: String, _ column: [String], _ field: Field, _ comodel: String, _ entry: LoadEntry
  ) -> JSONValue {
    let kind = column.count > 1 ? (column[1] == "id" ? "external id" : "database id") : "name"
    var members =
      problem(
        "No matching record found for \(kind) '\(text)' in field '\(field.label)'", field, entry
      ).objectValue ?? [:]
    members["moreinfo"] = [
      "name": "Possible Values", "type": "ir.actions.act_window", "target": "new",
      "view_mode": .string(
        session.database.registry.version == .v17 ? "tree,form" : "list,form"),
      "views": [[false, "list"], [false, "form"]],
      "context": ["create": false], "help": "See all possible values",
      "res_model": "ir.model.data", "domain": [["model", "=", .string(comodel)]],
    ]
    return .object(members)
  }
}

/// Keeps what was read.
enum LoadWriter {
  static func keep(_ loaded: LoadedValues, _ model: Model, _ session: Session) throws -> Record {
    var values = loaded.values
    for (name, children) in loaded.children {
      guard let comodel = model.fields[name]?.kind.comodel.map({ session.model($0) }) else {
        continue
      }
      values[name] = .commands(try children.map { try command($0, comodel, session) })
    }
    if let existing = try existing(loaded, model, session) {
      try session.write([existing], values)
      return existing
    }
    let record = try session.create(model, values)
    if let name = loaded.externalID {
      session.database.externalIDs[name] = .init(model: model.name, id: record.id)
    }
    return record
  }

  private static func existing(
    _ loaded: LoadedValues, _ model: Model, _ session: Session
  ) throws -> Record? {
    if let id = loaded.id {
      let record = session.record(model.name, id)
      guard record.exists else { throw OdooError.missing(model.name, [id], user: session.user) }
      return record
    }
    guard let name = loaded.externalID, let reference = session.database.externalIDs[name] else {
      return nil
    }
    guard reference.model == model.name else {
      throw OdooError.validation("The external ID \(name) belongs to another model.")
    }
    let record = session.record(model.name, reference.id)
    return record.exists ? record : nil
  }

  private static func command(
    _ child: LoadedValues, _ comodel: Model, _ session: Session
  ) throws -> Command {
    guard let existing = try existing(child, comodel, session) else { return .create(child.values) }
    return .update(existing.id, child.values)
  }
}
