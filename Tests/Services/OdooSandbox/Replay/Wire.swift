import Environment
import JSON
import Testing
import Values

@testable import OdooSandbox

/// A sandbox in this process, spoken to over its wire format, with a clock that stands still.
struct Wire {
  /// Who calls.
  enum User: Int64 { case integration = 6, administrator = 2, viewer = 7 }

  static let key = "API_KEY"
  let sandbox: Sandbox
  let clock: ManualClock

  let registry: Registry
  /// What the recordings of each series call it.
  let database: String

  init(start: String = "2026-11-23 07:27:00", version: OdooVersion = .v18) throws {
    registry = .of(version)
    database = version == .v17 ? "plant17" : "plant"
    let civil = try #require(CivilTime(text: start))
    let (environment, clock) = Environment.manual(
      seed: 1, start: civil.instant.advanced(milliseconds: 500))
    self.clock = clock
    sandbox = Sandbox(
      environment: environment,
      account: .init(
        database: database,
        users: [
          .init(id: 6, login: "integration", secrets: [Self.key, "admin"]),
          .init(id: 2, login: "admin", secrets: ["admin"], role: .administrator),
          .init(id: 7, login: "viewer", secrets: [Self.key], role: .viewer),
        ]), version: version)
  }

  /// Moves the clock on to half a second after this moment.
  func advance(to text: String) throws {
    let wanted = try #require(CivilTime(text: text)).instant.advanced(milliseconds: 500)
    let distance = wanted.milliseconds(since: clock.now)
    if distance > 0 { clock.advance(milliseconds: distance) }
  }

  func send(_ body: JSONValue) throws -> JSONValue {
    let outcome = sandbox.handle(
      .init(
        method: "POST", path: "/jsonrpc", contentType: "application/json", body: body.serialized))
    return try JSONValue(parsing: try #require(outcome.reply).body)
  }

  static func body(
    _ model: String, _ method: String, _ arguments: [JSONValue],
    _ keywords: [String: JSONValue] = [:], database: String = "plant",
    user: User = .integration
  ) -> JSONValue {
    [
      "jsonrpc": "2.0", "id": 1, "method": "call",
      "params": [
        "service": "object", "method": "execute_kw",
        "args": [
          .string(database), .int(user.rawValue), .string(user == .administrator ? "admin" : key),
          .string(model), .string(method), .array(arguments),
          .object(keywords),
        ],
      ],
    ]
  }

  /// The result of a call that must succeed.
  @discardableResult
  func call(
    _ model: String, _ method: String, _ arguments: [JSONValue],
    _ keywords: [String: JSONValue] = [:], user: User = .integration
  ) throws -> JSONValue {
    let answer = try send(
      Self.body(model, method, arguments, keywords, database: database, user: user))
    if let error = answer["error"] {
      Issue.record("\(model).\(method): \(error["data"]?["message"]?.stringValue ?? error.text)")
    }
    return answer["result"] ?? .null
  }

  /// The text of the error that a call must end in, below its class.
  func refusal(
    _ model: String, _ method: String, _ arguments: [JSONValue],
    _ keywords: [String: JSONValue] = [:], user: User = .integration
  ) throws -> (name: String, message: String) {
    let answer = try send(
      Self.body(model, method, arguments, keywords, database: database, user: user))
    let data = answer["error"]?["data"]
    return (data?["name"]?.stringValue ?? "", data?["message"]?.stringValue ?? "")
  }

  /// Makes a record and answers its id.
  func make(_ model: String, _ values: JSONValue) throws -> Int {
    Int(try #require(try call(model, "create", [[values]])[0]?.intValue))
  }

  /// The ids of the records a domain selects, ascending.
  func ids(_ model: String, _ domain: JSONValue) throws -> [Int] {
    (try call(model, "search", [domain]).arrayValue ?? []).compactMap { $0.intValue.map(Int.init) }
      .sorted()
  }
}
