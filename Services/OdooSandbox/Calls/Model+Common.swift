import JSON

extension Model {
  /// The methods every model has.
  static let common: [String: Method] = [
    "search": SearchMethods.search, "search_count": SearchMethods.count,
    "search_read": SearchMethods.searchRead, "read": SearchMethods.read,
    "read_group": ReadGroup.call, "name_search": SearchMethods.nameSearch,
    "create": WriteMethods.create, "write": WriteMethods.write, "unlink": WriteMethods.unlink,

    "toggle_active": WriteMethods.toggleActive, "action_archive": WriteMethods.archive,
    "action_unarchive": WriteMethods.unarchive, "load": Load.call, "fields_get": FieldsGet.call,
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
      call.model, try visible(domain, call.model, session), order: order,
      limit: Int(limit), offset: Int(offset))
  }

  /// What is asked for, as far as the caller may see it.
  static func visible(_ domain: JSONValue?, _ model: Model, _ session: Session) throws -> Domain {
    let wanted = try Domain(domain, for: model, in: session)
    return RecordRules.domain(model, session).map { .and([$0, wanted]) } ?? wanted
  }

  static let search: Method = { session, call in
    var call = call
    let domain = call.take("domain")
    let found = try find(session, &call, domain: domain) { $0.take($1) }
    return .array(found.map { .int(Int64($0.id)) })
  }

  static let count: Method = { session, call in
    var call = call
    let domain = try visible(call.take("domain"), call.model, session)
    return .int(Int64(session.count(call.model, domain)))
  }

  static let searchRead: Method = { session, call in
    var call = call
    try refuseUnknown(call, allowed: readKeywords, function: "BaseModel._read_format()")
    let domain = call.take("domain")
    let fields = call.take("fields")
    let names = try names(fields, call.model)
    let found = try find(session, &call, domain: domain) { $0.take($1) }
    return read(found, names, classic: isClassic(call.take("load")))
  }

  static let read: Method = { session, call in
    var call = call
    let records = try call.records(session)
    call.arguments.removeFirst()
    let names = try names(call.take("fields"), call.model)
    return read(records, names, classic: isClassic(call.take("load")))
  }

  private static func names(_ json: JSONValue?, _ model: Model) throws -> [String] {
    let given = (json?.arrayValue ?? []).compactMap(\.stringValue)
    for name in given { _ = try model.field(name) }
    return given.isEmpty ? model.fields.keys.sorted() : given
  }

  /// `load` other than `_classic_read` asks for bare ids in place of ids with names.
  private static func isClassic(_ load: JSONValue?) -> Bool {
    load == nil || load == "_classic_read"
  }

  private static func read(_ records: [Record], _ names: [String], classic: Bool) -> JSONValue {
    .array(
      records.map { record in
        var row: [String: JSONValue] = ["id": .int(Int64(record.id))]
        for name in names {
          guard let field = record.model.fields[name] else { continue }
          let value = shown(record, field)
          row[name] =
            if !classic, let id = value.id { .int(Int64(id)) } else {
              Conversion.json(value, field, record.session)
            }
        }
        return .object(row)
      })
  }

  /// The value as it is shown: archived records are left out of lists as they are of searches.
  private static func shown(_ record: Record, _ field: Field) -> FieldValue {
    let value = record.value(field.name)
    guard case .one2many(let comodel, _, _) = field.kind, case .references(let ids) = value,
      record.session.model(comodel).fields["active"] != nil,
      record.session.context["active_test"] != .bool(false)
    else { return value }
    return .references(ids.filter { record.session.record(comodel, $0).flag("active") })
  }

  static let nameSearch: Method = { session, call in
    var call = call
    let text = call.take("name")?.stringValue ?? ""
    let domain = try visible(call.take("args"), call.model, session)
    let limit = max(0, Int(call.keywords["limit"]?.intValue ?? 100))
    let found = session.search(call.model, domain).filter {
      text.isEmpty || $0.displayName.lowercased().contains(text.lowercased())
    }
    return .array(
      found.prefix(limit).map { .array([.int(Int64($0.id)), .string($0.displayName)]) })
  }
}
