import Environment
import Foundation
import JSON
import NIOCore
import NIOPosix
import Testing

@testable import OdooSandbox

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("Faults on demand, over real HTTP")
struct FaultTests {
  /// A listening sandbox for the length of a test.
  private func serving(_ body: (Client) async throws -> Void) async throws {
    let sandbox = Sandbox(
      environment: .system,
      account: .init(
        database: "plant", users: [.init(id: 6, login: "integration", secrets: ["key"])]))
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let server = try await HTTPServer.start(sandbox, host: "127.0.0.1", port: 0, group: group)
    do {
      try await body(Client(port: server.port))
    } catch {
      try await server.close()
      try await group.shutdownGracefully()
      throw error
    }
    try await server.close()
    try await group.shutdownGracefully()
  }

  /// Speaks HTTP to the sandbox.
  private struct Client {
    let port: Int

    func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> (
      Int, [UInt8]
    ) {
      var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
      request.httpMethod = method
      request.timeoutInterval = 20
      // A kept connection that is closed would be tried again by the client itself.
      request.setValue("close", forHTTPHeaderField: "Connection")
      if let body {
        request.httpBody = Data(body.serialized)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
      }
      let (data, response) = try await URLSession.shared.data(for: request)
      return (try #require(response as? HTTPURLResponse).statusCode, Array(data))
    }

    func faults(_ body: JSONValue) async throws -> Int {
      try await send("POST", "/sandbox/faults", body).0
    }

    /// Makes a partner and answers the body.
    func makePartner() async throws -> (Int, [UInt8]) {
      try await call("res.partner", "create", [[["name": "Somebody"]]])
    }
    func call(_ model: String, _ method: String, _ arguments: [JSONValue]) async throws -> (
      Int, [UInt8]
    ) {
      try await send(
        "POST", "/jsonrpc",
        [
          "jsonrpc": "2.0", "id": 7, "method": "call",
          "params": [
            "service": "object", "method": "execute_kw",
            "args": ["plant", 6, "key", .string(model), .string(method), .array(arguments), [:]],
          ],
        ])
    }
    func partners() async throws -> Int64? {
      let (_, body) = try await call("res.partner", "search_count", [[["name", "=", "Somebody"]]])
      return try JSONValue(parsing: body)["result"]?.intValue
    }
  }

  @Test("an answer is lost after the work was committed, once")
  func dropAnswer() async throws {
    try await serving { client in
      _ = try await client.faults(
        [
          "rules": [
            ["fault": "drop-answer", "count": 1, "model": "res.partner", "method": "create"]
          ]
        ])
      await #expect(throws: (any Error).self) { try await client.makePartner() }
      #expect(try await client.partners() == 1)
      #expect(try await client.makePartner().0 == 200)
      #expect(try await client.partners() == 2)
    }
  }

  @Test("a transaction that began earlier leaves dates before those already committed")
  func lateCommit() async throws {
    try await serving { client in
      _ = try await client.makePartner()
      _ = try await client.faults([
        "rules": [["fault": "late-commit", "byMilliseconds": 60_000, "method": "create"]]
      ])
      _ = try await client.makePartner()
      _ = try await client.makePartner()
      let (_, body) = try await client.call(
        "res.partner", "search_read", [[["name", "=", "Somebody"]], ["id"], 0, 0, "write_date"])
      let ids = (try JSONValue(parsing: body)["result"]?.arrayValue ?? [])
        .compactMap { $0["id"]?.intValue }
      #expect(ids.count == 3)
      #expect(ids.first == ids.sorted()[1])
    }
  }

  @Test("an error of a class is answered and nothing is done")
  func error() async throws {
    try await serving { client in
      _ = try await client.faults([
        "rules": [
          [
            "fault": "error", "count": 2, "method": "create",
            "error": [
              "name": "psycopg2.errors.SerializationFailure", "message": "could not serialize",
            ],
          ]
        ]
      ])
      for _ in 0..<2 {
        let answer = try JSONValue(parsing: try await client.makePartner().1)
        #expect(answer["error"]?["data"]?["name"] == "psycopg2.errors.SerializationFailure")
        #expect(answer["id"] == 7)
      }
      #expect(try await client.partners() == 0)
      #expect(try await client.makePartner().0 == 200)
    }
  }

  @Test("a proxy's 502 and 503, and closed connections, until cleared")
  func outages() async throws {
    try await serving { client in
      _ = try await client.faults(["rules": [["fault": "bad-gateway"]]])
      #expect(try await client.makePartner().0 == 502)
      #expect(try await client.makePartner().0 == 200)
      _ = try await client.faults(["down": ["mode": "unavailable"]])
      #expect(try await client.makePartner().0 == 503)
      _ = try await client.faults(["down": ["mode": "closed"]])
      await #expect(throws: (any Error).self) { try await client.makePartner() }
      _ = try await client.faults(["clear": true])
      #expect(try await client.makePartner().0 == 200)
      #expect(try await client.partners() == 2)
    }
  }

  @Test("nonsense has the shape that was asked for", arguments: FaultPlan.Nonsense.allCases)
  func nonsense(shape: FaultPlan.Nonsense) async throws {
    try await serving { client in
      _ = try await client.faults([
        "rules": [["fault": "nonsense", "shape": .string(shape.rawValue)]]
      ])
      let (status, body) = try await client.makePartner()
      #expect(status == 200)
      let json = try? JSONValue(parsing: body)
      #expect((json == nil) == (shape != .wrongShape))
      #expect(body.isEmpty == (shape == .empty))
      #expect(try await client.partners() == 0)
    }
  }

  @Test("answers are held back for as long as was asked")
  func latency() async throws {
    try await serving { client in
      _ = try await client.faults(["latencyMilliseconds": 120])
      let start = SystemClock().monotonicNanoseconds
      #expect(try await client.partners() == 0)
      #expect(SystemClock().monotonicNanoseconds - start >= 120_000_000)
    }
  }

  @Test(
    "a plan that makes no sense is refused and changes nothing",
    arguments: [
      ["rules": [["fault": "explode"]]], ["latencyMilliseconds": -1], ["latency": 5],
      ["rules": [["fault": "error"]]], ["rules": [["fault": "late-commit"]]],
      ["rules": [["fault": "drop-answer", "count": 0]]],
      ["down": ["mode": "sideways"]], [1, 2],
    ] as [JSONValue])
  func refusesPlans(plan: JSONValue) async throws {
    try await serving { client in
      #expect(try await client.faults(plan) == 400)
      let (_, body) = try await client.send("GET", "/sandbox/faults")
      #expect(
        try JSONValue(parsing: body) == ["latencyMilliseconds": 0, "down": false, "rules": []])
    }
  }

  @Test("the wire answers as Odoo's does where there is no call in it")
  func wire() async throws {
    try await serving { client in
      let (status, body) = try await client.send("GET", "/web/health")
      #expect(status == 200)
      #expect(try JSONValue(parsing: body) == ["status": "pass"])
      #expect(try await client.send("GET", "/nowhere").0 == 404)
      #expect(try await client.send("GET", "/jsonrpc").0 == 400)
    }
  }
}
