import JSON

/// Writing methods.
enum WriteMethods {
  /// One record, or a list of them: all or nothing.
  static let create: Method = { session, call in
    var call = call
    let given = call.take("vals_list") ?? [:]
    let list = given.arrayValue ?? [given]
    let ids = try list.map { json in
      try session.create(call.model, Conversion.written(json, call.model, session)).id
    }
    return given.arrayValue == nil ? .int(Int64(ids[0])) : .array(ids.map { .int(Int64($0)) })
  }

  static let write: Method = { session, call in
    var call = call
    let ids = try call.ids()
    call.arguments.removeFirst()
    let values = try Conversion.written(call.take("vals") ?? [:], call.model, session)
    try session.write(ids.map { session.record(call.model.name, $0) }, values)
    return true
  }

  static let unlink: Method = { session, call in
    let records = try call.ids().map { session.record(call.model.name, $0) }
    let missing = records.filter { !$0.exists }.map(\.id)
    guard missing.isEmpty else {
      throw OdooError.missing(call.model.name, missing, user: session.user)
    }
    try session.delete(records)
    return true
  }

  static let toggleActive: Method = { session, call in
    for record in try call.records(session) {
      try archive(record, isActive: !record.flag("active"))
    }
    return nil
  }

  static let archive: Method = { session, call in
    for record in try call.records(session) { try archive(record, isActive: false) }
    return true
  }

  static let unarchive: Method = { session, call in
    for record in try call.records(session) { try archive(record, isActive: true) }
    return true
  }

  private static func archive(_ record: Record, isActive: Bool) throws {
    guard record.flag("active") != isActive else { return }
    try record.session.write([record], ["active": .value(.boolean(isActive))])
    try record.model.hooks.archived?(record, isActive)
  }
}
