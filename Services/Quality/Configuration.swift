import Identity
import ServiceKit
import Values

/// The keys of `millrace-quality`'s configuration file: those of every service, and
///
/// ```json
/// {"sites": [{"code": "PLANT1"}],
///  "production": {"host": "127.0.0.1", "port": 50051,
///    "signingKeyFile": "/etc/millrace/quality/principal-signing-key.pem"}}
/// ```
struct QualityConfiguration: Sendable {
  /// What every service has.
  let service: ServiceSettings
  /// Its sites.
  let sites: Set<SiteCode>
  /// The Production that is followed; `nil` for none.
  let production: FollowedService?
  /// The Inventory that is followed; `nil` for none.
  let inventory: FollowedService?
  /// The Procurement that is followed; `nil` for none.
  let procurement: FollowedService?

  /// Most sites of one service: each adds a line to the file and nothing else.
  static let maximumSites = 1_000

  static func load(_ path: String) async throws -> QualityConfiguration {
    let settings = try await Settings.load(path)
    let service = ServiceSettings(settings)
    var sites: Set<SiteCode> = []
    for entry in settings.sections("sites", atMost: maximumSites) {
      let code = SiteCode(entry.text("code", SiteCode.rule))
      if !sites.insert(code).inserted { entry.reject("code", "must be unique") }
    }
    let production = await FollowedService.load(settings, .production)
    let inventory = await FollowedService.load(settings, .inventory)
    let procurement = await FollowedService.load(settings, .procurement)
    try settings.finish()
    return QualityConfiguration(
      service: service, sites: sites, production: production,
      inventory: inventory, procurement: procurement)
  }
}
