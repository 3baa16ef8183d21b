import ServiceKit
import Values

/// The keys of `millrace-masterdata`'s configuration file: those of every service, and
///
/// ```json
/// {"sites": ["PLANT1", "PLANT2"]}
/// ```
struct MasterDataConfiguration: Sendable {
  /// What every service has.
  let service: ServiceSettings
  /// The sites on whose behalf records are written and read.
  let sites: Set<SiteCode>

  /// Most sites of one service.
  static let maximumSites = 1_000

  static func load(_ path: String) async throws -> MasterDataConfiguration {
    let settings = try await Settings.load(path)
    let configuration = MasterDataConfiguration(settings)
    try settings.finish()
    return configuration
  }

  private init(_ settings: Settings) {
    service = ServiceSettings(settings)
    let codes = settings.texts("sites", SiteCode.rule, atMost: Self.maximumSites)
    sites = Set(codes.map { SiteCode($0) })
    if sites.count != codes.count { settings.reject("sites", "must name each site once") }
  }
}
