import JSON

/// The arguments of one `execute_kw`.
struct Call {
  let model: Model
  let method: String
  var arguments: [JSONValue]
  /// Keyword arguments, the context left out.
  let keywords: [String: JSONValue]

  /// Takes the next positional argument, or else the keyword of this name.
  mutating func take(_ name: String) -> JSONValue? {
    arguments.isEmpty ? keywords[name] : arguments.removeFirst()
  }

  /// The ids of a method on records: its first positional argument.
  /// - Throws: Python's errors when they are no ids.
  func ids() throws -> [Int] {
    switch arguments.first {
    case .array(let elements):
      return try elements.map { element in
        guard let id = element.intValue else {
          throw OdooError.value("Invalid record id \(Python.repr(element))")
        }
        return Int(id)
      }
    case .int(let id): return [Int(id)]
    case nil:
      throw OdooError.type(
        "\(model.name).\(method)() missing 1 required positional argument: 'ids'")
    default: return []
    }
  }

  /// The records of a method on records, those that exist.
  func records(_ session: Session) throws -> [Record] {
    try ids().map { Record(session: session, model: model, id: $0) }.filter(\.exists)
  }

  /// The record of a method that takes exactly one.
  /// - Throws: Python's ValueError for none or many.
  func one(_ session: Session) throws -> Record {
    let ids = try ids()
    guard ids.count == 1 else { throw OdooError.singleton(model.name, ids) }
    let record = Record(session: session, model: model, id: ids[0])
    guard record.exists else { throw OdooError.missing(model.name, ids, user: session.user) }
    return record
  }
}
