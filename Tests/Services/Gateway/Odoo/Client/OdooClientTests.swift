import Environment
import JSON
import Synchronization
import Logging
import Testing
import Values

@testable import GatewayOdoo

/// A transport that answers from a list.
private final class ScriptedTransport: OdooTransport {
  let script: Mutex<[String?]>
  let sent = Mutex<[JSONValue]>([])

  init(_ script: [String?]) { self.script = Mutex(script) }

  func post(path: String, body: [UInt8]) async throws(OdooTransportFailure) -> OdooHTTPAnswer {
    let request = (try? JSONValue(parsing: body)) ?? .null
    sent.withLock { $0.append(request) }
    let next = script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let next else { throw OdooTransportFailure(text: "connection refused") }
    let id = request["id"]?.intValue ?? 0
    return OdooHTTPAnswer(
      status: 200, body: Array(#"{"jsonrpc":"2.0","id":\#(id),\#(next)}"#.utf8))
  }

  func close() async {}
}

@Suite("The Odoo client")
struct OdooClientTests {
  private func client(_ transport: ScriptedTransport) -> OdooClient {
    OdooClient(
      transport: transport,
      credentials: OdooCredentials(
        database: "plant", login: "integration", apiKey: OdooAPIKey("secret")),
      board: OdooStatusBoard(), environment: Environment.manual(seed: 1).environment,
      logger: Logger(label: "test"))
  }

  private let ping = OdooCall(model: "res.users", method: "read", arguments: [[6], ["login"]])

  private func result(_ client: OdooClient) async -> Result<OdooAnswer, OdooFailure> {
    do { return .success(try await client.call(ping)) } catch { return .failure(error) }
  }

  @Test("asks once who it is, and keeps it")
  func authenticatesOnce() async {
    let transport = ScriptedTransport([#""result":6"#, #""result":[]"#, #""result":[]"#])
    let client = client(transport)
    #expect(await result(client) == .success(.result([])))
    #expect(await result(client) == .success(.result([])))
    let services = transport.sent.withLock { $0.map { $0["params"]?["service"]?.stringValue } }
    #expect(services == ["common", "object", "object"])
    let arguments = transport.sent.withLock { $0[1]["params"]?["args"] }
    #expect(
      arguments == ["plant", 6, "secret", "res.users", "read", [[6], ["login"]], [:]])
  }

  @Test("takes false for refused credentials")
  func refusedCredentials() async {
    let client = client(ScriptedTransport([#""result":false"#]))
    guard case .failure(.configuration) = await result(client) else {
      Issue.record("false is a configuration failure")
      return
    }
    #expect(client.board.status.lastFailure.contains("integration"))
    #expect(!client.board.status.lastFailure.contains("secret"))
  }

  @Test("asks again who it is after its key was refused")
  func authenticatesAgain() async {
    let denied =
      #""error":{"data":{"name":"odoo.exceptions.AccessDenied","message":"Access Denied"}}"#
    let transport = ScriptedTransport([#""result":6"#, denied, #""result":7"#, #""result":[]"#])
    let client = client(transport)
    _ = await result(client)
    #expect(await result(client) == .success(.result([])))
  }

  @Test("counts calls and remembers whether Odoo answers")
  func status() async {
    let client = client(ScriptedTransport([#""result":6"#, #""result":[]"#]))
    #expect(client.board.status.isReachable == false)
    _ = await result(client)
    #expect(client.board.status.isReachable)
    _ = await result(client)
    let status = client.board.status
    #expect(!status.isReachable)
    #expect(status.lastFailure == "connection refused")
    #expect(
      status.calls == [
        .init(model: "common", method: "authenticate", sent: 1, unanswered: 0),
        .init(model: "res.users", method: "read", sent: 2, unanswered: 1),
      ])
  }
}
