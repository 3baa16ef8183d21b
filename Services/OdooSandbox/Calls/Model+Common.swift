import JSON

extension Model {
  /// The methods every model has.
  static let common: [String: Method] = [
    "search": SearchMethods.search, "search_count": SearchMethods.count,
    "search_read": SearchMethods.searchRead, "read": SearchMethods.read,
    "read_group": ReadGroup.call, "name_search": SearchMethods.nameSearch,
    "create": WriteMethods.create, "write": WriteMethods.write, "unlink": WriteMethods.unlink,
    "toggle_active": WriteMethods.toggleActive, "load": Load.call, "fields_get": FieldsGet.call,
    "export_data": { _, _ in
      throw OdooError.user(
        "You don't have the rights to export data. Please contact an Administrator.")
    },
    "get_external_id": ExternalIDs.get, "get_metadata": ExternalIDs.metadata,
  ]
}

/// Reading methods.
enum SearchMethods {
  private static let readKeywords = ["domain", "fields", "offset", "limit", "order", "load"]

  private static func refuseUnknown(_ call: Call, allowed: [String], function: String) throws {
    for name in call.keywords.keys.sorted() where !allowed.contains(name) {
      throw OdooError.type("\(function) got an unexpected keyword argument '\(name)'")
    }
  }

  private static func find(
    _ session: Session, _ call: inout Call, domain: JSONValue?,
    pageFrom take: (inout Call, String) -> JSONValue?
  ) throws -> [Record] {
    let offset = max(0, take(&call, "offset")?.intValue ?? 0)
    let limit = take(&call, "limit")?.intValue ?? 0
    let order = take(&call, "order")?.stringValue.map(SortKey.parse)
    for key in order ?? [] { _ = try call.model.field(key.field) }
    return session.search(
      call.model, try Domain(domain, for: call.model, in: session), order: order,
      limit: Int(limit), offset: Int(offset))
  }

  static let search: Method = { session, call in
    var call = call
    let domain = call.take("domain")
    let found = try find(session, &call, domain: domain) { $0.take($1) }
    return .array(found.map { .int(Int64($0.id)) })
  }

  static let count: Method = { session, call in
    var call = call
    let domain = try Domain(call.take("domain"), for: call.model, in: session)
    return .int(Int64(session.search(call.model, domain).count))
  }

  static let searchRead: Method = { session, call in
    var call = call
    try refuseUnknown(call, allowed: readKeywords, function: "BaseModel._read_format()")
    let domain = call.take("domain")
    let fields = call.take("fields")
    let names = try names(fields, call.model)
    let found = try find(session, &call, domain: domain) { $0.take($1) }
    return read(found, names)
  }

  static let read: Method = { session, call in
    var call = call
    let records = try call.records(session)
    call.arguments.removeFirst()
    return read(records, try names(call.take("fields"), call.model))
  }

  private static func names(_ json: JSONValue?, _ model: Model) throws -> [String] {
    let given = (json?.arrayValue ?? []).compactMap(\.stringValue)
    for name in given { _ = try model.field(name) }
    return given.isEmpty ? model.fields.keys.sorted() : given
  }

  static func read(_ records: [Record], _ names: [String]) -> JSONValue {
    .array(
      records.map { record in
        var row: [String: JSONValue] = ["id": .int(Int64(record.id))]
        for name in names {
          guard let field = record.model.fields[name] else { continue }
          row[name] = Conversion.json(record.value(name), field, record.session)
        }
        return .object(row)
      })
  }

  static let nameSearch: Method = { session, call in
    var call = call
    let text = call.take("name")?.stringValue ?? ""
    let domain = try Domain(call.take("args"), for: call.model, in: session)
    let limit = max(0, Int(call.keywords["limit"]?.intValue ?? 100))
    let found = session.search(call.model, domain).filter {
      text.isEmpty || $0.displayName.lowercased().contains(text.lowercased())
    }
    return .array(
      found.prefix(limit).map { .array([.int(Int64($0.id)), .string($0.displayName)]) })
  }
}
