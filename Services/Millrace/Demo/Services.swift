import Environment
import Identity
import JSON
import Values

/// The running services of an installation and how to reach them.
struct Services: Sendable {
  /// Where Production listens.
  let production: GatewayAddress
  /// Where the Gateway listens; nil when it was not started.
  let gateway: GatewayAddress?
  /// Odoo, when it was started.
  let odoo: OdooClient?
  /// The API key of the sample MES.
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
    let key = APIKey.generate(.system)
    let site = SiteCode(Installation.site)
    try PartnersStore(path: installation.file("partners.json"))
      .add(
        key, to: partner, sites: [site], roles: [.mes, RoleName("planner")],
        limits: .widest)
    let keyFile = try installation.write("api-key", Array((key.text + "\n").utf8))
    let production = try await startProduction(installation)
    guard withGateway else {
      return Services(
        production: production, gateway: nil, odoo: nil, apiKey: key.text, apiKeyFile: keyFile)
    }
    let odoo = try await startOdoo(installation)
    let gateway = try await startGateway(installation, production, odoo)
    return Services(
      production: production, gateway: gateway, odoo: odoo, apiKey: key.text, apiKeyFile: keyFile)
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

  private static func startProduction(_ installation: Installation) async throws -> GatewayAddress {
    let configuration = try installation.write(
      "production.json",
      .object([
        "listen": anyFreePort,
        "database": .string(installation.file("production.sqlite")),
        "principalKeysFile": .string(
          installation.file(SigningKey.Purpose.principals.publicFileName)),
        "sites": [["code": .string(Installation.site), "overProductionTolerancePercent": "10"]],
      ]))
    return try await installation.startServer("millrace-production", ["--config", configuration])
  }

  private static func startGateway(
    _ installation: Installation, _ production: GatewayAddress, _ odoo: OdooClient
  ) async throws -> GatewayAddress {
    let configuration = try installation.write(
      "gateway.json",
      .object([
        "listen": anyFreePort,
        "database": .string(installation.file("gateway.sqlite")),
        "signingKeyFile": .string(installation.file(SigningKey.Purpose.principals.fileName)),
        "partnersFile": .string(installation.file("partners.json")),
        "services": [
          "production": [
            "host": .string(production.host), "port": .int(Int64(production.port)),
          ]
        ],
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
    return try await installation.startServer("millrace-gateway", ["--config", configuration])
  }

  private static let anyFreePort: JSONValue = ["host": "127.0.0.1", "port": 0]
}
