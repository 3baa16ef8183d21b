import JSON

/// What came back over HTTP.
struct OdooHTTPAnswer: Sendable, Hashable {
  /// The HTTP status.
  var status: Int
  /// The body.
  var body: [UInt8]
}

extension OdooHTTPAnswer {
  /// The JSON-RPC answer to the request of this id.
  /// - Throws: the class of failure; anything that is not an answer of Odoo is unreadable, never a
  ///   crash.
  func read(requestID: Int64) throws(OdooFailure) -> OdooAnswer {
    try checkStatus()
    let answer: JSONValue
    do { answer = try JSONValue(parsing: body) } catch {
      throw .unreadable("the body is not JSON: \(error)")
    }
    guard let members = answer.objectValue, members["jsonrpc"]?.stringValue == "2.0" else {
      throw .unreadable("the body is not a JSON-RPC answer")
    }
    if let error = members["error"], !error.isNull { throw Self.failure(error) }
    guard members["id"]?.intValue == requestID else {
      throw .unreadable("the answer belongs to another request")
    }
    guard let result = members["result"] else { return .nothing }
    let isAction = result["type"]?.stringValue?.hasPrefix("ir.actions") == true
    return isAction ? .action(result) : .result(result)
  }

  private func checkStatus() throws(OdooFailure) {
    let words = OdooWords(name: "HTTP \(status)", message: "")
    switch status {
    case 200: return
    case 400: throw .defect(words)
    case 300..<400, 401, 403, 404, 405: throw .configuration(words)
    case 408, 429, 500...: throw .outcomeUnknown(.unreachable(words.name))
    default: throw .unreadable(words.name)
    }
  }

  private static func failure(_ error: JSONValue) -> OdooFailure {
    guard let name = error["data"]?["name"]?.stringValue else {
      return .unreadable("an error without data.name")
    }
    let message = error["data"]?["message"]?.stringValue ?? ""
    return .classified(OdooWords(name: name, message: message))
  }
}
