import JSON
import Values

/// The JSON-RPC envelope: request body in, answer body out.
struct JSONRPC {
  var dispatcher: Dispatcher

  /// Answers one request. Python reports a problem inside the envelope, never by the HTTP status.
  func answer(_ request: JSONValue, at now: Instant) -> JSONValue {
    var answer: [String: JSONValue] = ["jsonrpc": "2.0", "id": request["id"] ?? .null]
    do {
      if let result = try result(request, at: now) { answer["result"] = result }
    } catch let error as OdooError {
      answer["error"] = error.json
    } catch {
      answer["error"] = OdooError(name: "builtins.Exception", message: "\(error)").json
    }
    return .object(answer)
  }

  private func result(_ request: JSONValue, at now: Instant) throws -> JSONValue? {
    let parameters = request["params"] ?? [:]
    if let elements = parameters.arrayValue {
      let length = elements.first?.stringValue?.count ?? 0
      throw OdooError.value(
        "dictionary update sequence element #0 has length \(length); 2 is required")
    }
    let wanted = ["service", "method", "args"].filter { parameters[$0] == nil }
    guard wanted.isEmpty, let service = parameters["service"]?.stringValue,
      let method = parameters["method"]?.stringValue
    else { throw Self.missing(wanted) }
    let arguments = parameters["args"]?.arrayValue ?? []
    switch service {
    case "common": return try common(method, arguments)
    case "object":
      guard method == "execute_kw" || method == "execute" else {
        throw OdooError.key("Method not available \(method)")
      }
      return try dispatcher.execute(arguments, at: now)
    default: throw OdooError.key(service)
    }
  }

  private static func missing(_ names: [String]) -> OdooError {
    let quoted = names.map { "'\($0)'" }
    let list =
      quoted.count < 2
      ? quoted.joined()
      : quoted.count == 2
        ? quoted.joined(separator: " and ")
        : quoted.dropLast().joined(separator: ", ") + ", and " + (quoted.last ?? "")
    return .type(
      "RPC.jsonrpc() missing \(names.count) required positional argument\(names.count == 1 ? "" : "s"): \(list)"
    )
  }

  private func common(_ method: String, _ arguments: [JSONValue]) throws -> JSONValue? {
    switch method {
    case "version":
      let version = dispatcher.database.registry.version
      return [
        "server_version": .string(version.rawValue),
        "server_version_info": [.int(version.series), 0, 0, "final", 0, ""],
        "server_serie": .string(version.rawValue), "protocol_version": 1,
      ]
    case "authenticate", "login": return try dispatcher.authenticate(arguments)
    default:
      throw OdooError(name: "builtins.Exception", message: "Method not found: \(method)")
    }
  }
}
