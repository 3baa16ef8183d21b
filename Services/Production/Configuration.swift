import Identity
import ServiceKit
import Values

/// The keys of `millrace-production`'s configuration file: those of every service, and
///
/// ```json
/// {"archiveAfterDays": 365,
///  "sites": [{"code": "PLANT1", "overProductionTolerancePercent": "10", "unknownCodes": "refuse"}],
///  "masterdata": {"host": "127.0.0.1", "port": 50052,
///    "signingKeyFile": "/etc/millrace/production/principal-signing-key.pem"},
///  "quality": {"host": "127.0.0.1", "port": 50055,
///    "signingKeyFile": "/etc/millrace/production/principal-signing-key.pem"}}
/// ```
struct ProductionConfiguration: Sendable {
  /// What every service has.
  let service: ServiceSettings
  /// Orders closed for so many days move to the archives beside the database.
  let archiveAfterDays: Int64
  /// Each site, with the tolerance for over-production (0 unless the file says otherwise).
  let sites: [SiteCode: OverProductionTolerance]
  /// What each site does with orders that name what master data does not have.
  let unknownCodes: [SiteCode: UnknownCodes]
  /// The master data that is followed; `nil` for none.
  let masterData: FollowedService?
  /// The Quality whose holds are kept to; `nil` for none.
  let quality: FollowedService?

  /// Most sites of one service: each adds a line to the file and nothing else.
  static let maximumSites = 1_000
  /// A tolerance beyond ten times the plan is a mistake.
  static let maximumTolerancePercent = 1_000

  static func load(_ path: String) async throws -> ProductionConfiguration {
    let settings = try await Settings.load(path)
    let configuration = try ProductionConfiguration(
      settings, await FollowedService.load(settings, .masterData),
      await FollowedService.load(settings, .quality))
    try settings.finish()
    return configuration
  }

  private init(
    _ settings: Settings, _ masterData: FollowedService?, _ quality: FollowedService?
  ) throws {
    self.masterData = masterData
    self.quality = quality
    service = ServiceSettings(settings)
    archiveAfterDays = settings.number(
      "archiveAfterDays", RecordArchiver.daysRange, default: RecordArchiver.defaultDays)
    let maximum = try Quantity(units: Int64(Self.maximumTolerancePercent))
    var sites: [SiteCode: OverProductionTolerance] = [:]
    var unknownCodes: [SiteCode: UnknownCodes] = [:]
    for entry in settings.sections("sites", atMost: Self.maximumSites) {
      let code = SiteCode(entry.text("code", SiteCode.rule))
      let percent = entry.quantity(
        "overProductionTolerancePercent", atMost: maximum, default: .zero)
      if sites[code] != nil { entry.reject("code", "must be unique") }
      sites[code] = OverProductionTolerance(percent: percent)
      let policy = entry.text("unknownCodes", default: UnknownCodes.case.rawValue)
      unknownCodes[code] = UnknownCodes(rawValue: policy)
      if unknownCodes[code] == nil { entry.reject("unknownCodes", "must be refuse or case") }
    }
    self.unknownCodes = unknownCodes
    self.sites = sites
  }
}
