import Identity
import ServiceKit
import Values

/// The keys of `millrace-procurement`'s configuration file: those of every service, and
///
/// ```json
/// {"sites": [{"code": "PLANT1", "overDeliveryTolerancePercent": "5"}],
///  "masterdata": {"host": "127.0.0.1", "port": 50052,
///    "signingKeyFile": "/etc/millrace/procurement/principal-signing-key.pem"},
///  "production": {"host": "127.0.0.1", "port": 50051,
///    "signingKeyFile": "/etc/millrace/procurement/principal-signing-key.pem"}}
/// ```
struct ProcurementConfiguration: Sendable {
  /// What every service has.
  let service: ServiceSettings
  /// Its sites, each with the tolerance for over-delivery (0 unless the file says otherwise).
  let sites: [SiteCode: OverDeliveryTolerance]
  /// The master data that is followed; `nil` for none.
  let masterData: FollowedService?
  /// The Production whose shortages become supply signals; `nil` for none.
  let production: FollowedService?

  /// Most sites of one service: each adds a line to the file and nothing else.
  static let maximumSites = 1_000
  /// A tolerance beyond ten times the order is a mistake.
  static let maximumTolerancePercent: Int64 = 1_000

  static func load(_ path: String) async throws -> ProcurementConfiguration {
    let settings = try await Settings.load(path)
    let service = ServiceSettings(settings)
    let maximum = try Quantity(units: maximumTolerancePercent)
    var sites: [SiteCode: OverDeliveryTolerance] = [:]
    for entry in settings.sections("sites", atMost: maximumSites) {
      let code = SiteCode(entry.text("code", SiteCode.rule))
      let percent = entry.quantity(
        "overDeliveryTolerancePercent", atMost: maximum, default: .zero)
      if sites[code] != nil { entry.reject("code", "must be unique") }
      sites[code] = OverDeliveryTolerance(percent: percent)
    }
    let masterData = await FollowedService.load(settings, .masterData)
    let production = await FollowedService.load(settings, .production)
    try settings.finish()
    return ProcurementConfiguration(
      service: service, sites: sites, masterData: masterData, production: production)
  }
}
