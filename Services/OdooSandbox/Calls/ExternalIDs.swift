import JSON

/// External ids: names by which other systems know records.
enum ExternalIDs {
  static let get: Method = { session, call in
    var result: [String: JSONValue] = [:]
    for record in try call.records(session) {
      result[String(record.id)] = .string(names(of: record).first ?? "")
    }
    return .object(result)
  }

  static let metadata: Method = { session, call in
    .array(
      try call.records(session).map { record in
        let all = names(of: record)
        var row: [String: JSONValue] = ["id": .int(Int64(record.id)), "noupdate": false]
        for name in ["create_uid", "create_date", "write_uid", "write_date"] {
          if let field = record.model.fields[name] {
            row[name] = Conversion.json(record.value(name), field, session)
          }
        }
        row["xmlid"] = all.first.map { .string($0) } ?? false
        row["xmlids"] = .array(all.map { ["xmlid": .string($0), "noupdate": false] })
        return .object(row)
      })
  }

  static func names(of record: Record) -> [String] {
    record.session.database.externalIDs.names(
      of: .init(model: record.model.name, id: record.id))
  }

  /// `ir.model.data.check_object_reference(module, name)`: any user may ask.
  static let check: Method = { session, call in
    var call = call
    let name = "\(call.take("module")?.stringValue ?? "").\(call.take("xml_id")?.stringValue ?? "")"
    guard let reference = session.database.externalIDs[name] else {
      throw OdooError.value("External ID not found in the system: \(name)")
    }
    return [.string(reference.model), .int(Int64(reference.id))]
  }
}
