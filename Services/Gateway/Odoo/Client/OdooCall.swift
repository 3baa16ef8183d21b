import JSON

/// One call of a method of a model through `execute_kw`.
struct OdooCall: Sendable, Hashable {
  /// The model, for example `mrp.production`.
  var model: String
  /// The method, for example `write`.
  var method: String
  /// The positional arguments.
  var arguments: [JSONValue]
  /// The keyword arguments, `context` among them.
  var keywords: [String: JSONValue] = [:]

  /// Reads the records of a domain, in an order that two reads share.
  static func searchRead(
    _ model: String, _ domain: JSONValue, fields: [String], order: String = "id", limit: Int = 0
  ) -> OdooCall {
    var keywords: [String: JSONValue] = [
      "fields": .array(fields.map { .string($0) }), "order": .string(order),
    ]
    if limit > 0 { keywords["limit"] = .int(Int64(limit)) }
    return OdooCall(
      model: model, method: "search_read", arguments: [domain], keywords: keywords)
  }

  /// A list of database ids as an argument.
  static func ids(_ ids: some Sequence<Int64>) -> JSONValue { .array(ids.map { .int($0) }) }
}

/// Whoever can call Odoo: the client, or a model of Odoo in a test.
protocol OdooCaller: Sendable {
  /// Makes one call, once: a lost answer is the caller's to judge.
  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer
}
