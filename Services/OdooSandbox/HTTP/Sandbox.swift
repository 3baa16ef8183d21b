import Environment
import JSON
import Synchronization
import Values

/// The stand-in for Odoo, apart from sockets: request in, outcome out, one call at a time.
final class Sandbox: Sendable {
  private struct State {
    var rpc: JSONRPC
    var faults = FaultPlan()
    /// Calls by `model.method`; calls that a fault kept from being done count too.
    var calls: [String: Int64] = [:]
  }

  /// Most different calls that are counted by name; the names come from outside.
  private static let maximumCallNames = 10_000

  private let environment: Environment
  private let webhook: WebhookSender?
  private let state: Mutex<State>

  init(
    environment: Environment, account: Dispatcher.Account, version: OdooVersion = .v18,
    webhook: WebhookSender? = nil
  ) {
    self.environment = environment
    self.webhook = webhook
    let now = environment.clock.now
    state = Mutex(Self.start(account, version, now))
  }

  private static func start(
    _ account: Dispatcher.Account, _ version: OdooVersion, _ now: Instant
  ) -> sending State {
    let database = Database(registry: .of(version))
    let dispatcher = Dispatcher(database: database, account: account)
    BaseData.load(
      Session(database: database, context: [:], user: account.integration.id, now: now), account)
    // What a fresh database holds is nobody's change.
    _ = database.takeChanges(of: [])
    return State(rpc: JSONRPC(dispatcher: dispatcher))
  }

  /// Adds a large plant.
  func load(_ size: LargePlant.Size) throws {
    try state.withLock { state in
      try LargePlant.load(size, state.rpc.dispatcher) { environment.clock.now }
      // Loaded at start; nobody changed it.
      _ = state.rpc.dispatcher.database.takeChanges(of: [])
    }
  }

  /// Deals with a request.
  func handle(_ request: SandboxRequest) -> Outcome {
    let now = environment.clock.now
    return state.withLock { state in
      defer { tell(state.rpc.dispatcher.database) }
      if request.path.hasPrefix("/sandbox/") {
        return Outcome(reply: control(request, &state, now))
      }
      switch state.faults.outage(at: now) {
      case .closed: return Outcome(reply: nil)
      case .unavailable: return Outcome(reply: .unavailable)
      case nil:
        return Outcome(
          reply: Self.odoo(request, &state, now),
          delayMilliseconds: state.faults.latencyMilliseconds)
      }
    }
  }

  /// Tells of what was committed.
  private func tell(_ database: Database) {
    webhook?.append(database.takeChanges(of: RecordChange.toldModels))
  }

  // MARK: What Odoo answers

  private static func odoo(
    _ request: SandboxRequest, _ state: inout State, _ now: Instant
  ) -> SandboxReply? {
    switch (request.method, request.path) {
    case ("GET", "/web/health"): return .json(["status": "pass"])
    case ("POST", "/jsonrpc") where request.contentType.hasPrefix("application/json"):
      return call(request.body, &state, now)
    case (_, "/jsonrpc"):
      return .page(
        400, "Bad Request",
        "Request inferred type is compatible with [&#39;http&#39;] but &#39;/jsonrpc&#39; is type=&#39;json&#39;."
      )
    default:
      return .page(
        404, "Not Found",
        "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."
      )
    }
  }

  private static func call(_ body: [UInt8], _ state: inout State, _ now: Instant) -> SandboxReply? {
    guard let json = try? JSONValue(parsing: body) else {
      return .text("Invalid JSON data", status: 400)
    }
    guard case .object = json else { return .text("Invalid JSON-RPC data", status: 400) }
    let (model, method) = target(of: json)
    let name = "\(model).\(method)"
    let isCounted = state.calls[name] != nil || state.calls.count < maximumCallNames
    state.calls[isCounted ? name : "other", default: 0] += 1
    switch state.faults.take(model: model, method: method) {
    case .dropAnswer:
      _ = state.rpc.answer(json, at: now)
      return nil
    case .lateCommit(let milliseconds):
      return .json(state.rpc.answer(json, at: now.advanced(milliseconds: -milliseconds)))
    case .badGateway: return .badGateway
    case .nonsense(let shape): return nonsense(shape, json)
    case .error(let error):
      return .json(["jsonrpc": "2.0", "id": json["id"] ?? .null, "error": error.json])
    case nil: return .json(state.rpc.answer(json, at: now))
    }
  }

  /// What a call is for: model and method, or `common` and its method.
  private static func target(of json: JSONValue) -> (String, String) {
    let parameters = json["params"]
    let service = parameters?["service"]?.stringValue ?? "?"
    let arguments = parameters?["args"]
    guard service == "object", let model = arguments?[3]?.stringValue,
      let method = arguments?[4]?.stringValue
    else { return (service, parameters?["method"]?.stringValue ?? "?") }
    return (model, method)
  }

  private static func nonsense(_ shape: FaultPlan.Nonsense, _ request: JSONValue) -> SandboxReply {
    let answer: JSONValue = [
      "jsonrpc": "2.0", "id": request["id"] ?? .null,
      "result": ["unexpected": [["shape", 1.5], .null]],
    ]
    switch shape {
    case .wrongShape: return .json(answer)
    case .html: return .text("<!doctype html><title>Odoo</title><h1>Oops</h1>", status: 200)
    case .truncated:
      var reply = SandboxReply.json(answer)
      reply.body.removeLast(reply.body.count / 2)
      return reply
    case .empty: return SandboxReply(status: 200, contentType: "application/json", body: [])
    }
  }

  // MARK: What tests and the demo ask

  private func control(
    _ request: SandboxRequest, _ state: inout State, _ now: Instant
  ) -> SandboxReply {
    switch (request.method, request.path) {
    case ("GET", "/sandbox/faults"): return .json(state.faults.json(at: now))
    case ("POST", "/sandbox/faults"):
      do {
        try state.faults.apply(try JSONValue(parsing: request.body), at: now)
        return .json(state.faults.json(at: now))
      } catch let error as FaultPlanError {
        return .json(["error": .string(error.problem)], status: 400)
      } catch {
        return .json(["error": .string("\(error)")], status: 400)
      }
    case ("GET", "/sandbox/calls"): return .json(Self.calls(state.calls))
    case ("DELETE", "/sandbox/calls"):
      state.calls = [:]
      return .json(Self.calls(state.calls))
    case ("GET", "/sandbox/edits"): return .json(Self.edits(state.rpc.dispatcher, now))
    case ("GET", "/sandbox/webhooks"): return .json(webhook?.counts ?? [:])
    case ("POST", "/sandbox/api-keys"): return Self.setKeys(request.body, &state.rpc.dispatcher)
    case ("POST", "/sandbox/sample-plant"): return Self.plant(state.rpc.dispatcher, now)
    default: return .json(["error": "no such endpoint"], status: 404)
    }
  }

  /// A user of Odoo can have several API keys, and withdraw them one by one.
  private static func setKeys(
    _ body: [UInt8], _ dispatcher: inout Dispatcher
  ) -> SandboxReply {
    guard let keys = (try? JSONValue(parsing: body))?["keys"]?.arrayValue else {
      return .json(["error": "keys must be a list of texts"], status: 400)
    }
    dispatcher.account.users[0].secrets = keys.compactMap(\.stringValue)
    return .json(["keys": .int(Int64(dispatcher.account.integration.secrets.count))])
  }

  private static func calls(_ counts: [String: Int64]) -> JSONValue {
    [
      "total": .int(counts.values.reduce(0, +)),
      "calls": .object(counts.mapValues { .int($0) }),
    ]
  }

  private static func edits(_ dispatcher: Dispatcher, _ now: Instant) -> JSONValue {
    let session = Session(
      database: dispatcher.database, context: [:], user: dispatcher.account.integration.id, now: now
    )
    return [
      "edits": .array(
        dispatcher.database.edits.map { edit in
          let field = session.model(edit.model).fields[edit.field]
          func json(_ value: FieldValue) -> JSONValue {
            field.map { Conversion.json(value, $0, session) } ?? .null
          }
          return [
            "at": .string(edit.at.description), "model": .string(edit.model),
            "id": .int(Int64(edit.id)), "name": .string(edit.name), "field": .string(edit.field),
            "before": json(edit.before), "after": json(edit.after),
          ]
        })
    ]
  }

  private static func plant(_ dispatcher: Dispatcher, _ now: Instant) -> SandboxReply {
    let session = Session(
      database: dispatcher.database, context: [:], user: dispatcher.account.integration.id, now: now
    )
    do {
      return .json(try dispatcher.transaction(session) { try SamplePlant.load(session) })
    } catch {
      return .json(["error": .string("\(error)")], status: 500)
    }
  }
}
