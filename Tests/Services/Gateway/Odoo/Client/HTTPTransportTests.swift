import Environment
import JSON
import NIOCore
import NIOPosix
import Logging
import Testing

@testable import GatewayOdoo
@testable import OdooSandbox

@Suite("HTTP to Odoo")
struct HTTPTransportTests {
  private func sandbox() -> Sandbox {
    Sandbox(
      environment: .system,
      account: .init(
        database: "plant",
        users: [.init(id: 6, login: "integration", secrets: ["sandbox-key"])]))
  }

  private func client(_ transport: HTTPTransport) -> OdooClient {
    OdooClient(
      transport: transport, credentials: SandboxOdoo.credentials, board: OdooStatusBoard(),
      environment: .system, logger: Logger(label: "test"))
  }

  private let ping = OdooCall(
    model: "res.users", method: "read", arguments: [[6], ["login"]])

  @Test("reaches a server, and takes a closed connection for an unknown outcome")
  func reaches() async throws {
    let sandbox = sandbox()
    let server = try await HTTPServer.start(
      sandbox, host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton)
    let transport = HTTPTransport(
      baseURL: "http://127.0.0.1:\(server.port)/", timeoutSeconds: 60)
    let client = client(transport)
    #expect(try await client.call(ping) == .result([["id": 6, "login": "integration"]]))
    _ = sandbox.handle(
      .init(
        method: "POST", path: "/sandbox/faults", contentType: "",
        body: Array(#"{"rules":[{"fault":"drop-answer","count":1}]}"#.utf8)))
    await #expect { try await client.call(ping) } throws: {
      ($0 as? OdooFailure)?.mayHaveActed == true
    }
    #expect(try await client.call(ping) == .result([["id": 6, "login": "integration"]]))
    await transport.close()
    try await server.close()
  }

  @Test("takes Odoo for unreachable where nobody listens")
  func refused() async throws {
    let server = try await HTTPServer.start(
      sandbox(), host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton)
    let port = server.port
    try await server.close()
    let transport = HTTPTransport(baseURL: "http://127.0.0.1:\(port)", timeoutSeconds: 60)
    await #expect { try await client(transport).call(ping) } throws: {
      guard case .outcomeUnknown(.unreachable)? = $0 as? OdooFailure else { return false }
      return true
    }
    await transport.close()
  }
}
