import GatewayFront
import GatewayOdoo
import Identity
import RPC
import ServiceKit
import Values

/// The Gateway's configuration: every value checked, every file it names read.
struct GatewayConfiguration: Sendable {
  /// How partners call; see ``ServiceKit/Door`` for TLS and limits.
  let door: Door
  /// The database file.
  let database: String
  /// The private key for principals, and its file.
  let signingKey: SigningKey
  let signingKeyFile: String
  /// Which API keys are issued and let in; not unless the file says otherwise those for tests.
  let keyEnvironment: KeyEnvironment
  /// Identity providers of partners whose tokens are believed.
  let externalIssuers: ExternalIssuers
  /// Roles beside those that are built in.
  let roles: [Role]
  /// Where the services are, those that there are; Production is always among them.
  let services: [House: ServiceAddress]
  /// Whether partners may ask for the contracts (gRPC reflection); not unless the file says so.
  let reflection: Bool
  /// Calls that may be under way at a time, of all partners together.
  let callsUnderWay: Int64
  /// One Odoo per site.
  let odoo: [OdooSiteConfiguration]
  /// The file of each one's API key, in the same order.
  let odooKeyFiles: [String]
  /// The file of the secret of each one's webhook, in the same order; `nil` for those without one.
  let webhookSecretFiles: [String?]
  /// Where the Odoos say that something has changed; `nil` where none does.
  let webhooks: HostAndPort?

  /// Most sites of one Gateway: each polls its Odoo and follows feeds of its own.
  static let maximumSites = 64

  /// The roles that partners can be given.
  var allRoles: [Role] { Role.builtIn + roles }

  /// Every site that has an Odoo.
  var sites: Set<SiteCode> { Set(odoo.map(\.site)) }

  /// What partners can be given.
  var grantable: Grantable {
    Grantable(
      roles: Set(allRoles.map(\.name)),
      issuers: Set(externalIssuers.entries.map(\.issuer.name)),
      takesCertificates: door.tls.map { $0.clientCertificates != .none } ?? false)
  }

  /// Reads a file.
  /// - Throws: ``ServiceKit/ConfigurationError`` with every problem: the key's path and the rule.
  static func load(_ path: String) async throws -> GatewayConfiguration {
    let settings = try await Settings.load(path)
    let signingKey = await signingKey(settings)
    let door = settings.door(limits: Limits())
    let database = settings.text("database")
    let keyEnvironment = keyEnvironment(settings)
    let externalIssuers = await ExternalIssuers.load(settings)
    let roles = RoleSettings.roles(settings)
    let services = services(settings.section("services"))
    let reflection = settings.flag("reflection", default: false)
    let callsUnderWay = settings.number(
      "callsUnderWay", 100...1_000_000, default: OverloadGuard.defaultCapacity)
    let entries = settings.sections("odoo", atMost: maximumSites)
    let odoo = entries.map(OdooSettings.site)
    if Set(odoo.map(\.site)).count != odoo.count {
      settings.reject("odoo", "must name each site once")
    }
    let webhooks = settings.has("webhooks") ? settings.address("webhooks") : nil
    if webhooks == nil, odoo.contains(where: { $0.webhookSecret != nil }) {
      settings.reject("webhooks", "is required when a site has a webhookSecretFile")
    }
    try settings.finish()
    guard let signingKey else {
      // It is nil only when that was reported, and then finish() has thrown.
      throw ConfigurationError(problems: ["signingKeyFile must be readable"])
    }
    return GatewayConfiguration(
      door: door, database: database, signingKey: signingKey,
      signingKeyFile: settings.text("signingKeyFile"),
      keyEnvironment: keyEnvironment, externalIssuers: externalIssuers, roles: roles,
      services: services, reflection: reflection,
      callsUnderWay: callsUnderWay,
      odoo: odoo, odooKeyFiles: entries.map { $0.text("apiKeyFile") },
      webhookSecretFiles: entries.map {
        $0.has("webhookSecretFile") ? $0.text("webhookSecretFile") : nil
      }, webhooks: webhooks)
  }

  private static func services(_ settings: Settings) -> [House: ServiceAddress] {
    House.all.reduce(into: [:]) { services, house in
      guard house == .production || settings.has(house.name) else { return }
      services[house] = settings.service(house.name)
    }
  }

  private static func signingKey(_ settings: Settings) async -> SigningKey? {
    let path = settings.text("signingKeyFile")
    guard !path.isEmpty else { return nil }
    do { return try await SigningKey.load(path) } catch {
      settings.reject("signingKeyFile", "names a file that is refused: \(error)")
      return nil
    }
  }

  private static func keyEnvironment(_ settings: Settings) -> KeyEnvironment {
    let text = settings.text("keyEnvironment", default: KeyEnvironment.live.rawValue)
    if let environment = KeyEnvironment(rawValue: text) { return environment }
    let names = KeyEnvironment.allCases.map(\.rawValue).joined(separator: " or ")
    settings.reject("keyEnvironment", "must be \(names)")
    return .live
  }
}

/// The entries of `roles`: `{"name": "press-shop", "methods": ["package.Service/Method"]}`.
private enum RoleSettings {
  /// Roles are kinds of partners, not partners.
  static let maximumRoles = 64
  /// More than all services have together.
  static let maximumMethods = 256
  static let methodRule = TextRule(maximumLength: 256, characters: .visible)

  static func roles(_ settings: Settings) -> [Role] {
    guard settings.has("roles") else { return [] }
    var names = Set(Role.builtIn.map(\.name))
    return settings.sections("roles", atMost: maximumRoles).compactMap { entry in
      let name = RoleName(entry.text("name", RoleName.rule))
      if !names.insert(name).inserted { entry.reject("name", "is the name of another role") }
      let methods = entry.texts("methods", methodRule, atMost: maximumMethods)
      let role = Role(name, methods: methods)
      if role == nil {
        entry.reject("methods", "must be package.Service/Method or package.Service/*, each")
      }
      for method in methods where role != nil && !OfferedMethods.includes(method) {
        entry.reject("methods", "names \(method), which no service offers")
      }
      return role
    }
  }
}

/// The keys of one entry of `odoo`.
private enum OdooSettings {
  /// Longest intervals, in milliseconds: an hour; rarer is a mistake in the unit.
  static let intervals: ClosedRange<Int64> = 50...3_600_000
  /// A year: whoever plans further ahead does not want it all on the shop floor.
  static let horizons: ClosedRange<Int64> = 0...366
  /// From what tests need to a day.
  static let comparisons: ClosedRange<Int64> = 1...86_400
  static let percentages: ClosedRange<Int64> = 1...100
  /// A plant has a handful.
  static let maximumQuarantineLocations = 1_000
  /// From what Odoo's own retries need to what no caller would wait for.
  static let timeouts: ClosedRange<Int64> =
    Int64(OdooSiteConfiguration.minimumRequestTimeoutSeconds)...600

  static func site(_ settings: Settings) -> OdooSiteConfiguration {
    let url = settings.text("url")
    if !["http://", "https://"].contains(where: { url.hasPrefix($0) && url != $0 }) {
      settings.reject("url", "must begin with http:// or https:// and name a host")
    }
    return OdooSiteConfiguration(
      site: SiteCode(settings.text("site", SiteCode.rule)), url: url,
      database: settings.text("database"), login: settings.text("login"),
      apiKey: apiKey(settings), warehouseCode: settings.text("warehouseCode", default: "WH"),
      releaseHorizonDays: Int(settings.number("releaseHorizonDays", horizons, default: 14)),
      pollIntervalMilliseconds: Int(
        settings.number("pollIntervalMilliseconds", intervals, default: 2_000)),
      postingIntervalMilliseconds: Int(
        settings.number("postingIntervalMilliseconds", intervals, default: 1_000)),
      masterDataPollIntervalMilliseconds: masterDataInterval(settings),
      deletionCheckIntervalSeconds: Int(
        settings.number("deletionCheckIntervalSeconds", comparisons, default: 600)),
      maximumGonePercent: Int(settings.number("maximumGonePercent", percentages, default: 10)),
      company: settings.has("company") ? settings.text("company") : "",
      quarantineLocations: quarantineLocations(settings), webhookSecret: webhookSecret(settings),
      requestTimeoutSeconds: Int(
        settings.number("requestTimeoutSeconds", timeouts, default: 120)))
  }

  /// 0 where another system than Odoo keeps MasterData.
  private static func masterDataInterval(_ settings: Settings) -> Int {
    let key = "masterDataPollIntervalMilliseconds"
    let interval = settings.number(key, 0...intervals.upperBound, default: 2_000)
    if interval != 0, !intervals.contains(interval) {
      settings.reject(key, "must be 0, or \(intervals.lowerBound) to \(intervals.upperBound)")
    }
    return Int(interval)
  }

  private static func quarantineLocations(_ settings: Settings) -> Set<String> {
    guard settings.has("quarantineLocations") else { return [] }
    return Set(settings.texts("quarantineLocations", atMost: maximumQuarantineLocations))
  }

  private static func webhookSecret(_ settings: Settings) -> WebhookSecret? {
    guard settings.has("webhookSecretFile") else { return nil }
    let path = settings.text("webhookSecretFile")
    do { return WebhookSecret(try SecretFile.line(path)) } catch {
      settings.reject("webhookSecretFile", "names a file that is refused: \(error)")
      return nil
    }
  }

  private static func apiKey(_ settings: Settings) -> String {
    let path = settings.text("apiKeyFile")
    guard !path.isEmpty else { return "" }
    do { return try SecretFile.line(path) } catch {
      settings.reject("apiKeyFile", "names a file that is refused: \(error)")
      return ""
    }
  }
}
