import Contracts
import Environment
import Identity
import JSON
import Protobuf

/// The running services of an installation and how to reach them.
struct Services: Sendable {
  /// Where Production listens.
  let production: GatewayAddress
  /// The key of the first administrator; empty when there is no Gateway.
  let adminKey: String
  /// Where the Gateway listens; nil when it was not started.
  let gateway: GatewayAddress?
  /// Odoo, when it was started.
  let odoo: OdooClient?
  /// The API key of the sample MES; empty when there is no Gateway.
  let apiKey: String
  /// The file that holds it.
  let apiKeyFile: String

  /// The sample MES as a partner.
  static let partner = "mes-line-1"
  private static let odooDatabase = "plant"
  private static let odooLogin = "integration"

  /// Makes keys and configurations and starts what is needed.
  static func start(_ installation: Installation, withGateway: Bool) async throws -> Services {
    _ = try await SigningKey.create(.principals, directory: installation.directory)
    let houses = try await Houses(installation)
    let production = try await startProduction(installation, houses)
    guard withGateway else {
      return Services(
        production: production, adminKey: "", gateway: nil, odoo: nil, apiKey: "", apiKeyFile: "")
    }
    try await houses.start()
    let odoo = try await startOdoo(installation)
    let configuration = try writeGatewayConfiguration(installation, houses, odoo)
    let adminKey = try await issueAdminKey(installation, configuration)
    let gateway = try await installation.startServer(
      "millrace-gateway", ["--config", configuration])
    let key = try await makePartner(gateway, adminKey: adminKey)
    let keyFile = try installation.write("api-key", Array((key + "\n").utf8))
    return Services(
      production: production, adminKey: adminKey, gateway: gateway, odoo: odoo, apiKey: key,
      apiKeyFile: keyFile)
  }

  /// The first way in: a key that the Gateway's program makes while it does not run.
  private static func issueAdminKey(
    _ installation: Installation, _ configuration: String
  ) async throws -> String {
    let program = try await installation.start(
      "millrace-gateway", ["--config", configuration, "--issue-admin-key", "admin"])
    for await line in program.lines { return line }
    throw await installation.endedEarly(program)
  }

  /// The sample MES as a partner; answers its key.
  private static func makePartner(
    _ gateway: GatewayAddress, adminKey: String
  ) async throws -> String {
    try await Administration.use(gateway, apiKey: adminKey) { gateway in
      let service = gateway.partners
      let widest = Int64(100_000)
      _ = try await service.putPartner(
        .with {
          $0.partner = .with {
            $0.name = partner
            $0.sites = [Installation.site]
            $0.roles = ["mes", "planner"]
            $0.limits = .with {
              $0.callsPerSecond = widest
              $0.burst = widest
              $0.concurrentCalls = 10_000
            }
          }
        })
      return try await service.issueKey(to: partner, expiresAt: nil).apiKey
    }
  }

  private static func startOdoo(_ installation: Installation) async throws -> OdooClient {
    let key = APIKey.generate(.system).text
    _ = try installation.write("odoo-api-key", Array((key + "\n").utf8))
    let address = try await installation.startServer(
      "millrace-odoo-sandbox",
      [
        "--port", "0", "--database", odooDatabase, "--login", odooLogin, "--api-key", key,
      ])
    return OdooClient(
      url: "http://" + address.text, database: odooDatabase, login: odooLogin, apiKey: key)
  }

  private static func startProduction(
    _ installation: Installation, _ houses: Houses
  ) async throws -> GatewayAddress {
    let configuration = try installation.write(
      "production.json",
      houses.settings(
        of: .production,
        sites: [["code": .string(Installation.site), "overProductionTolerancePercent": "10"]],
        following: [.quality]))
    return try await installation.startServer("millrace-production", ["--config", configuration])
  }

  private static func writeGatewayConfiguration(
    _ installation: Installation, _ houses: Houses, _ odoo: OdooClient
  ) throws -> String {
    try installation.write(
      "gateway.json",
      .object([
        "listen": anyFreePort,
        "database": .string(installation.file("gateway.sqlite")),
        "signingKeyFile": .string(installation.file(SigningKey.Purpose.principals.fileName)),
        "services": .object(
          Dictionary(uniqueKeysWithValues: House.all.map { ($0.name, houses.place(of: $0)) })),
        "odoo": [
          [
            "site": .string(Installation.site), "url": .string(odoo.url),
            "database": .string(odoo.database), "login": .string(odoo.login),
            "apiKeyFile": .string(installation.file("odoo-api-key")), "warehouseCode": "WH",
            "releaseHorizonDays": 14, "pollIntervalMilliseconds": 500,
            "postingIntervalMilliseconds": 500, "requestTimeoutSeconds": 120,
          ]
        ],
      ]))
  }

  private static let anyFreePort: JSONValue = ["host": "127.0.0.1", "port": 0]
}
