import Environment
import JSON
import Logging
import Synchronization

/// Who calls, and where.
struct OdooCredentials: Sendable {
  /// Odoo's database.
  var database: String
  /// The login of the integration user.
  var login: String
  /// Its API key.
  var apiKey: OdooAPIKey
}

/// Calls Odoo's external API (JSON-RPC, `POST /jsonrpc`). One call is one request; nothing is
/// repeated here.
final class OdooClient: OdooCaller {
  private static let path = "/jsonrpc"

  private let transport: any OdooTransport
  private let credentials: OdooCredentials
  private let environment: Environment
  private let logger: Logger
  private let nextID = Atomic<Int64>(1)
  /// The numeric user, asked for once and kept: it is stable (contract §1).
  private let userID = Mutex<Int64?>(nil)

  /// What was called, and whether Odoo answers.
  let board: OdooStatusBoard

  init(
    transport: any OdooTransport, credentials: OdooCredentials, board: OdooStatusBoard,
    environment: Environment, logger: Logger
  ) {
    self.transport = transport
    self.credentials = credentials
    self.board = board
    self.environment = environment
    self.logger = logger
  }

  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer {
    let user = try await authenticated()
    do {
      return try await request(
        service: "object", method: "execute_kw", countedAs: (call.model, call.method),
        arguments: [
          .string(credentials.database), .int(user), .string(credentials.apiKey.current),
          .string(call.model), .string(call.method), .array(call.arguments),
          .object(call.keywords),
        ])
    } catch {
      // A key that has been changed or has expired: ask again who we are before the next call.
      if case .configuration = error { userID.withLock { $0 = nil } }
      throw error
    }
  }

  private func authenticated() async throws(OdooFailure) -> Int64 {
    if let known = userID.withLock({ $0 }) { return known }
    let answer = try await request(
      service: "common", method: "authenticate", countedAs: ("common", "authenticate"),
      arguments: [
        .string(credentials.database), .string(credentials.login),
        .string(credentials.apiKey.current),
        [:],
      ])
    switch answer {
    case .result(.int(let user)):
      userID.withLock { $0 = user }
      return user
    case .result(.bool(false)):
      // Bad credentials are answered with false, not with an error.
      let words = OdooWords(
        name: "authenticate",
        message: "login \(credentials.login) is refused: wrong login, key or database")
      board.failed(words.text)
      throw .configuration(words)
    default: throw .unreadable("authenticate: a user id was expected")
    }
  }

  private func request(
    service: String, method: String, countedAs: (model: String, method: String),
    arguments: [JSONValue]
  ) async throws(OdooFailure) -> OdooAnswer {
    let id = nextID.add(1, ordering: .relaxed).oldValue
    let body: JSONValue = .object([
      "jsonrpc": "2.0", "id": .int(id), "method": "call",
      "params": .object([
        "service": .string(service), "method": .string(method), "args": .array(arguments),
      ]),
    ])
    board.sent(countedAs.model, countedAs.method)
    let startedAt = environment.clock.monotonicNanoseconds
    defer { log(countedAs, since: startedAt) }
    do {
      let answer = try await post(body.serialized).read(requestID: id)
      board.answered(at: environment.clock.now)
      return answer
    } catch {
      if error.mayHaveActed {
        board.unanswered(countedAs.model, countedAs.method, error.text)
      } else {
        board.answered(at: environment.clock.now)
        if case .configuration = error { board.failed(error.text) }
      }
      throw error
    }
  }

  /// For whoever follows an order through all programs: the task's trace is in the line.
  private func log(_ called: (model: String, method: String), since startedAt: Int64) {
    logger.debug(
      "Odoo was called",
      metadata: [
        "call": "\(called.model).\(called.method)",
        "duration_microseconds":
          "\((environment.clock.monotonicNanoseconds - startedAt) / 1_000)",
      ])
  }

  private func post(_ body: [UInt8]) async throws(OdooFailure) -> OdooHTTPAnswer {
    do { return try await transport.post(path: Self.path, body: body) } catch {
      throw .outcomeUnknown(.unreachable(error.text))
    }
  }
}
