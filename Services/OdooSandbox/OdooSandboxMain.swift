import ArgumentParser
import Environment
import JSON
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A stand-in for Odoo 18.0 (master data, manufacturing and stock) for demo and tests. State is in
/// memory.
@main
struct OdooSandboxMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-odoo-sandbox",
    abstract: "A stand-in for Odoo 18.0: manufacturing orders and stock over JSON-RPC, in memory.",
    discussion: """
      POST /jsonrpc, GET /web/health          as Odoo; the administrator is admin, password admin
      POST /sandbox/sample-plant              loads the sample plant (once) and answers its ids
      POST /sandbox/api-keys                  {"keys": ["…"]}: the integration user's API keys from now on
      GET  /sandbox/calls                     calls by model.method; DELETE starts counting anew
      GET  /sandbox/edits                     every change to a posted (done) document, before and after
      GET  /sandbox/webhooks                  how many changes were told, by --webhook-url
      GET  /sandbox/faults                    the faults in force
      POST /sandbox/faults                    faults on demand; members:
        "clear": true                         no more faults
        "latencyMilliseconds": 200            every answer is held back
        "down": {"mode": "closed" | "unavailable", "forMilliseconds": 3000} or false
                                              connections are closed, or 503; without a time until cleared
        "rules": [{"fault": …, "count": 1, "model": "mrp.production", "method": "write"}]
          "drop-answer"                       the call is committed, the connection closed without an answer
          "late-commit", "byMilliseconds": 3000
                                              the call's transaction began so long ago: it writes dates
                                              older than what others committed meanwhile
          "error", "error": {"name": "odoo.exceptions.UserError", "message": "…"}
          "bad-gateway"                       502, the call is not done
          "nonsense", "shape": "wrong-shape" | "html" | "truncated" | "empty"
        A rule without model or method fits every call; it applies to the next `count` calls.
      """)

  @Option(help: "Address to listen on.")
  var host = "127.0.0.1"
  @Option(help: "Port to listen on; 0 takes a free one.")
  var port = 0
  @Option(help: "Name of the database.")
  var database = "plant"
  @Option(help: "Login of the integration user.")
  var login = "integration"
  @Option(help: "API key of the integration user.")
  var apiKey = "sandbox-key"
  @Option(help: "File that gets the port once the sandbox listens.")
  var portFile: String?
  @Option(help: "Series to answer as; 17.0 differs in master data alone.")
  var odooVersion = OdooVersion.v18.rawValue
  @Flag(help: "Load the sample plant at start.")
  var samplePlant = false
  @Option(help: "So many further products at start: ITEM-000001 and so on.")
  var items = 0
  @Option(help: "Bills of material for so many of them, each with 10 lines and 2 operations.")
  var bills = 0

  @Option(help: "URL that is told of changed records, as by an automation rule of Odoo.")
  var webhookURL: String?
  @Option(help: "Secret that goes along, in the header X-Millrace-Webhook-Secret.")
  var webhookSecret: String?

  func validate() throws {
    if let problem = LargePlant.Size(items: items, bills: bills).problem {
      throw ValidationError("\(problem).")
    }
    guard OdooVersion(rawValue: odooVersion) != nil else {
      throw ValidationError("--odoo-version must be 17.0 or 18.0.")
    }
  }

  mutating func run() async throws {
    let webhook = webhookURL.map { WebhookSender(.init(url: $0, secret: webhookSecret)) }
    let sandbox = Sandbox(
      environment: .system,
      account: .init(
        database: database,
        users: [
          .init(id: 6, login: login, secrets: [apiKey]),
          .init(id: 2, login: "admin", secrets: ["admin"], role: .administrator),
        ]), version: OdooVersion(rawValue: odooVersion) ?? .v18,
      webhook: webhook)
    if samplePlant {
      _ = sandbox.handle(
        .init(method: "POST", path: "/sandbox/sample-plant", contentType: "", body: []))
    }
    if items > 0 { try sandbox.load(.init(items: items, bills: bills)) }
    // One loop: calls are dealt with one at a time.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let server = try await HTTPServer.start(sandbox, host: host, port: port, group: group)
    let sending = webhook.map { sender in Task { await sender.run() } }
    if let portFile { try write(String(server.port) + "\n", to: portFile) }
    print("listening on \(host):\(server.port)")
    fflush(nil)
    await Termination.wait()
    try await server.close()
    webhook?.finish()
    await sending?.value
    try await group.shutdownGracefully()
  }

  private func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw ValidationError("cannot write \(path)") }
    defer { fclose(file) }
    guard fputs(text, file) >= 0 else { throw ValidationError("cannot write \(path)") }
  }
}
