import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1

/// Odoo as a planner or an auditor sees it: plain JSON-RPC with a login of its own, nothing of the
/// Gateway's. What it reads is therefore evidence about the Gateway.
struct OdooClient: Sendable {
  /// Where Odoo is, for example `http://127.0.0.1:8069`.
  let url: String
  /// The database's name.
  let database: String
  /// The user's login.
  let login: String
  /// The user's API key.
  let apiKey: String

  /// A demo's Odoo answers in milliseconds; a real one may take long to confirm an order.
  static let timeoutSeconds: Int64 = 60
  /// The largest answer that is read, in bytes.
  static let maximumAnswerByteCount = 16 << 20

  /// Logs in and returns the user's id.
  func authenticate() async throws -> Int64 {
    let answer = try await post(
      service: "common", method: "authenticate",
      arguments: [.string(database), .string(login), .string(apiKey), .object([:])])
    guard let user = answer.intValue else { throw OdooClientError.loginRefused(login: login) }
    return user
  }

  /// Calls a model's method. A method that returns nothing answers `null`.
  func call(
    user: Int64, _ model: String, _ method: String, _ arguments: [JSONValue],
    _ keywords: [String: JSONValue] = [:]
  ) async throws -> JSONValue {
    try await post(
      service: "object", method: "execute_kw",
      arguments: [
        .string(database), .int(user), .string(apiKey), .string(model), .string(method),
        .array(arguments), .object(keywords),
      ])
  }

  private func post(service: String, method: String, arguments: [JSONValue]) async throws
    -> JSONValue
  {
    let body: JSONValue = .object([
      "jsonrpc": "2.0", "id": 1, "method": "call",
      "params": .object([
        "service": .string(service), "method": .string(method), "args": .array(arguments),
      ]),
    ])
    let answer = try await HTTP.post(
      url + "/jsonrpc", body, timeoutSeconds: Self.timeoutSeconds,
      maximumByteCount: Self.maximumAnswerByteCount)
    if let error = answer["error"] {
      let message = error["data"]?["message"]?.stringValue ?? error["message"]?.stringValue
      throw OdooClientError.refused(method: method, message: message ?? error.text)
    }
    return answer["result"] ?? .null
  }
}

/// Why Odoo did not do what a planner asked.
enum OdooClientError: Error, CustomStringConvertible {
  /// The login or the key is wrong.
  case loginRefused(login: String)
  /// Odoo answered with an error.
  case refused(method: String, message: String)
  /// Odoo's answer has not the form it should have.
  case unexpected(what: String, answer: String)

  var description: String {
    switch self {
    case .loginRefused(let login): "Odoo does not let \(login) in"
    case .refused(let method, let message): "Odoo refused \(method): \(message)"
    case .unexpected(let what, let answer): "Odoo's answer has no \(what): \(answer)"
    }
  }
}

/// JSON over HTTP, as little as the demo needs.
enum HTTP {
  /// The answer's status was not 200.
  struct StatusError: Error, CustomStringConvertible {
    let url: String
    let status: UInt
    let body: String
    var description: String { "\(url) answered HTTP \(status): \(body)" }
  }

  /// Sends a JSON body and reads a JSON answer; an empty answer is `null`.
  static func post(
    _ url: String, _ body: JSONValue, timeoutSeconds: Int64, maximumByteCount: Int
  ) async throws -> JSONValue {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(body.serialized)
    return try await send(
      request, timeoutSeconds: timeoutSeconds, maximumByteCount: maximumByteCount)
  }

  private static func send(
    _ request: HTTPClientRequest, timeoutSeconds: Int64, maximumByteCount: Int
  ) async throws -> JSONValue {
    let response = try await HTTPClient.shared.execute(
      request, timeout: .seconds(timeoutSeconds))
    let bytes = try await response.body.collect(upTo: maximumByteCount).readableBytesView
    guard (200...299).contains(response.status.code) else {
      throw StatusError(
        url: request.url, status: response.status.code, body: String(decoding: bytes, as: UTF8.self)
      )
    }
    return bytes.isEmpty ? .null : try JSONValue(parsing: bytes)
  }
}
