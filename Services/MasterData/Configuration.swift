import ServiceKit
import Values

/// The keys of `millrace-masterdata`'s configuration file: those of every service, and
///
/// ```json
/// {"sites": ["PLANT1", "PLANT2"], "ownershipApprovalSites": ["PLANT1"]}
/// ```
struct MasterDataConfiguration: Sendable {
  /// What every service has.
  let service: ServiceSettings
  /// The sites on whose behalf records are written and read.
  let sites: Set<SiteCode>
  /// Those of them at which a second person must approve changes of ownership.
  let approvalSites: Set<SiteCode>

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
    let sites = Self.sites(settings, "sites")
    approvalSites =
      settings.has("ownershipApprovalSites")
      ? Self.sites(settings, "ownershipApprovalSites") : []
    if !approvalSites.isSubset(of: sites) {
      settings.reject("ownershipApprovalSites", "must be among sites")
    }
    self.sites = sites
  }

  private static func sites(_ settings: Settings, _ key: String) -> Set<SiteCode> {
    let codes = settings.texts(key, SiteCode.rule, atMost: maximumSites)
    let sites = Set(codes.map { SiteCode($0) })
    if sites.count != codes.count { settings.reject(key, "must name each site once") }
    return sites
  }
}
