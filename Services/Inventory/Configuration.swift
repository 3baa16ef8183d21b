import Identity
import ServiceKit
import Values

/// The keys of `millrace-inventory`'s configuration file: those of every service, and
///
/// ```json
/// {"sites": [{"code": "PLANT1", "negativeStock": "refuse", "unknownCodes": "quarantine",
///    "quarantineLocations": ["WH/Quarantine"]}],
///  "masterdata": {"host": "127.0.0.1", "port": 50052,
///    "signingKeyFile": "/etc/millrace/inventory/principal-signing-key.pem"},
///  "quality": {"host": "127.0.0.1", "port": 50055,
///    "signingKeyFile": "/etc/millrace/inventory/principal-signing-key.pem"}}
/// ```
struct InventoryConfiguration: Sendable {
  /// What every service has.
  let service: ServiceSettings
  /// Its sites, and what each wants.
  let sites: [SiteCode: SitePolicy]
  /// The master data that is followed; `nil` for none.
  let masterData: FollowedService?
  /// The Quality whose holds are kept to; `nil` for none.
  let quality: FollowedService?

  /// Most sites of one service: each adds a line to the file and nothing else.
  static let maximumSites = 1_000
  /// A plant has a handful.
  static let maximumQuarantineLocations = 1_000

  static func load(_ path: String) async throws -> InventoryConfiguration {
    let settings = try await Settings.load(path)
    let service = ServiceSettings(settings)
    var sites: [SiteCode: SitePolicy] = [:]
    for entry in settings.sections("sites", atMost: maximumSites) {
      let code = SiteCode(entry.text("code", SiteCode.rule))
      if sites[code] != nil { entry.reject("code", "must be unique") }
      sites[code] = policy(entry)
    }
    let masterData = await FollowedService.load(settings, .masterData)
    let quality = await FollowedService.load(settings, .quality)
    try settings.finish()
    return InventoryConfiguration(
      service: service, sites: sites, masterData: masterData, quality: quality)
  }

  private static func policy(_ entry: Settings) -> SitePolicy {
    var policy = SitePolicy()
    let negative = entry.text("negativeStock", default: policy.negativeStock.rawValue)
    if let known = NegativeStock(rawValue: negative) {
      policy.negativeStock = known
    } else {
      entry.reject("negativeStock", "must be accept, case or refuse")
    }
    let unknown = entry.text("unknownCodes", default: policy.unknownCodes.rawValue)
    if let known = UnknownCodes(rawValue: unknown) {
      policy.unknownCodes = known
    } else {
      entry.reject("unknownCodes", "must be refuse or quarantine")
    }
    if entry.has("quarantineLocations") {
      policy.quarantineLocations = Set(
        entry.texts(
          "quarantineLocations", .businessCode, atMost: maximumQuarantineLocations))
    }
    return policy
  }
}
