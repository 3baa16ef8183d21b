import Environment
import JSON
import Synchronization
import Logging
import Testing
import Values

@testable import GatewayOdoo
@testable import OdooSandbox

/// The sandbox in this process: the transport of the wing under test, and the hands of people.
final class SandboxOdoo: OdooTransport {
  private let sandbox: Sandbox
  /// How the person's own calls go: the same door, another client.
  private let people: OdooClient
  /// Called before each request of the wing with its number from 1 and its `model.method`.
  private let hook = Mutex<(@Sendable (Int, String) async -> Void)?>(nil)
  private let count = Mutex(0)

  static let credentials = OdooCredentials(
    database: "plant", login: "integration", apiKey: OdooAPIKey("sandbox-key"))

  init(environment: Environment) {
    let sandbox = Sandbox(
      environment: environment,
      account: .init(
        database: "plant",
        users: [.init(id: 6, login: "integration", secrets: ["sandbox-key"])]))
    self.sandbox = sandbox
    people = OdooClient(
      transport: Door(sandbox: sandbox), credentials: Self.credentials, board: OdooStatusBoard(),
      environment: environment, logger: Logger(label: "test"))
    control("POST", "/sandbox/sample-plant")
  }

  /// A way in that nobody disturbs.
  private struct Door: OdooTransport {
    let sandbox: Sandbox
    func post(path: String, body: [UInt8]) async throws(OdooTransportFailure) -> OdooHTTPAnswer {
      try SandboxOdoo.answer(sandbox, path, body)
    }
    func close() async {}
  }

  private static func answer(_ sandbox: Sandbox, _ path: String, _ body: [UInt8])
    throws(OdooTransportFailure) -> OdooHTTPAnswer
  {
    let outcome = sandbox.handle(
      SandboxRequest(method: "POST", path: path, contentType: "application/json", body: body))
    guard let reply = outcome.reply else {
      throw OdooTransportFailure(text: "the connection was closed")
    }
    return OdooHTTPAnswer(status: reply.status, body: reply.body)
  }

  func post(path: String, body: [UInt8]) async throws(OdooTransportFailure) -> OdooHTTPAnswer {
    let number = count.withLock { count in
      count += 1
      return count
    }
    let arguments = (try? JSONValue(parsing: body))?["params"]?["args"]
    let target =
      "\(arguments?[3]?.stringValue ?? "common").\(arguments?[4]?.stringValue ?? "call")"
    if let hook = hook.withLock({ $0 }) { await hook(number, target) }
    return try Self.answer(sandbox, path, body)
  }

  func close() async {}

  /// Has something done before each request of the wing.
  func beforeEachCall(_ body: (@Sendable (Int, String) async -> Void)?) {
    hook.withLock { $0 = body }
    count.withLock { $0 = 0 }
  }

  // MARK: Faults

  /// Puts a rule in force, for example `["fault": "drop-answer", "count": 1]`.
  func fault(_ rule: JSONValue) { control("POST", "/sandbox/faults", ["rules": [rule]]) }

  /// No more faults.
  func clearFaults() { control("POST", "/sandbox/faults", ["clear": true]) }

  /// Odoo is away until it is not.
  func setDown(_ isDown: Bool) {
    control("POST", "/sandbox/faults", ["down": isDown ? ["mode": "closed"] : false])
  }

  @discardableResult
  private func control(_ method: String, _ path: String, _ body: JSONValue = [:]) -> JSONValue {
    let outcome = sandbox.handle(
      SandboxRequest(
        method: method, path: path, contentType: "application/json", body: body.serialized))
    return (outcome.reply?.body).flatMap { try? JSONValue(parsing: $0) } ?? .null
  }

  /// Changes to posted documents: there must be none that a person has not made.
  var edits: [JSONValue] { control("GET", "/sandbox/edits")["edits"]?.arrayValue ?? [] }

  // MARK: People

  /// A call that a person makes; what Odoo refuses is nothing done.
  @discardableResult
  func person(
    _ model: String, _ method: String, _ arguments: [JSONValue], _ context: JSONValue? = nil
  ) async -> JSONValue {
    let call = OdooCall(
      model: model, method: method, arguments: arguments,
      keywords: context.map { ["context": $0] } ?? [:])
    guard case .result(let result)? = try? await people.call(call) else { return .null }
    return result
  }

  /// Makes and confirms an order, and answers its id.
  func order(
    _ code: String, _ quantity: Double, start: String = "2026-12-01 06:00:00"
  ) async -> Int64 {
    let product = await person(
      "product.product", "search", [[["default_code", "=", .string(code)]]])
    let created = await person(
      "mrp.production", "create",
      [
        [
          [
            "product_id": product[0] ?? .null, "product_qty": .double(quantity),
            "date_start": .string(start),
          ]
        ]
      ])
    let id = created[0]?.intValue ?? 0
    await person("mrp.production", "action_confirm", [[.int(id)]])
    return id
  }

  /// Fields of one record.
  func read(_ model: String, _ id: Int64, _ fields: [String]) async -> JSONValue {
    await person(model, "read", [[.int(id)], .array(fields.map { .string($0) })])[0] ?? .null
  }

  /// What the chain of an order holds in posted moves, by item code.
  func booked(_ order: Int64) async -> [String: Quantity] {
    let group = await read("mrp.production", order, ["procurement_group_id"])
    let orders = await person(
      "mrp.production", "search",
      [[["procurement_group_id", "=", group["procurement_group_id"]?[0] ?? .null]]])
    let moves = await person(
      "stock.move", "search_read",
      [
        [
          ["state", "=", "done"], ["scrapped", "=", false], "|", ["production_id", "in", orders],
          ["raw_material_production_id", "in", orders],
        ]
      ])
    var booked: [String: Quantity] = [:]
    for move in moves.arrayValue ?? [] {
      let name = move["product_id"]?[1]?.stringValue ?? ""
      let code = String(name.dropFirst().prefix { $0 != "]" })
      let quantity = move["quantity"]?.numberValue.flatMap { Quantity(nearest: $0) } ?? .zero
      booked[code, default: .zero] = (booked[code] ?? .zero).plus(quantity)
    }
    return booked
  }
}
