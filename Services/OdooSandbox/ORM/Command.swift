import JSON

/// A change to a one2many or many2many field: Odoo's `[0, 0, values]`, `[1, id, values]` and so on.
enum Command {
  case create(WrittenValues)
  case update(Int, WrittenValues)
  case delete(Int)
  case unlink(Int)
  case link(Int)
  case clear
  case set([Int])

  /// Reads a list of commands.
  static func parse(_ json: JSONValue, _ comodel: Model, _ session: Session) throws -> [Command] {
    if json == false || json == .null { return [.clear] }
    guard let elements = json.arrayValue else {
      throw OdooError.value("Wrong value for \(comodel.name): \(Python.repr(json))")
    }
    return try elements.map { element in
      // A bare id stands for a link.
      if let id = element.intValue { return .link(Int(id)) }
      return try one(element, comodel, session)
    }
  }

  private static func one(
    _ element: JSONValue, _ comodel: Model, _ session: Session
  ) throws -> Command {
    guard let parts = element.arrayValue, let code = parts.first?.intValue else {
      throw OdooError.value("Wrong value for \(comodel.name): \(Python.repr(element))")
    }
    let id = parts.count > 1 ? Int(parts[1].intValue ?? 0) : 0
    func values() throws -> WrittenValues {
      try Conversion.written(parts.count > 2 ? parts[2] : [:], comodel, session)
    }
    switch code {
    case 0: return .create(try values())
    case 1: return .update(id, try values())
    case 2: return .delete(id)
    case 3: return .unlink(id)
    case 4: return .link(id)
    case 5: return .clear
    case 6:
      let ids = (parts.count > 2 ? parts[2].arrayValue : nil) ?? []
      return .set(ids.compactMap { $0.intValue.map(Int.init) })
    default: throw OdooError.value("Wrong value for \(comodel.name): \(Python.repr(element))")
    }
  }
}
