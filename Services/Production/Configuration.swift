import Identity
import RPC
import ServiceKit
import Values

/// The keys of `millrace-production`'s configuration file.
///
/// ```json
/// {"listen": {"host": "127.0.0.1", "port": 50051},
///  "limits": {"concurrentStreams": 1000},
///  "database": "/var/lib/millrace/production.sqlite",
///  "principalKeysFile": "/etc/millrace/principal-keys.json",
///  "auditSigningKeyFile": "/etc/millrace/audit-signing-key.pem",
///  "archiveAfterDays": 365,
///  "sites": [{"code": "PLANT1", "overProductionTolerancePercent": "10"}]}
/// ```
struct ProductionConfiguration: Sendable {
  /// How it is called; see ``ServiceKit/Door`` for TLS and limits.
  let door: Door
  /// The database file; its directory exists.
  let database: String
  /// The public keys by which forwarded principals are believed, a JWK set.
  let principalKeysFile: String
  /// The private key that signs where the audit log ends; nil when nobody does.
  let auditSigningKeyFile: String?
  /// Orders closed for so many days move to the archives beside the database.
  let archiveAfterDays: Int64
  /// Whether callers may ask for the contracts (gRPC reflection). They may unless the file says
  /// otherwise: this door is inside the plant.
  let reflection: Bool
  /// Each site, with the tolerance for over-production (0 unless the file says otherwise).
  let sites: [SiteCode: OverProductionTolerance]

  /// Most sites of one service: each adds a line to the file and nothing else.
  static let maximumSites = 1_000
  /// A tolerance beyond ten times the plan is a mistake.
  static let maximumTolerancePercent = 1_000

  static func load(_ path: String) async throws -> ProductionConfiguration {
    let settings = try await Settings.load(path)
    let configuration = try ProductionConfiguration(settings)
    try settings.finish()
    return configuration
  }

  /// Reads the keys file.
  /// - Throws: ``ServiceKit/ConfigurationError`` that names the setting, when the file is refused.
  func loadPrincipalKeys() async throws -> VerificationKeys {
    do { return try await VerificationKeys.load(principalKeysFile) } catch {
      throw ConfigurationError(
        problems: ["principalKeysFile names a file that is refused: \(error)"])
    }
  }

  /// Reads the audit key's file, if there is one.
  /// - Throws: ``ServiceKit/ConfigurationError`` that names the setting, when the file is refused.
  func loadAuditKey() async throws -> SigningKey? {
    guard let auditSigningKeyFile else { return nil }
    do { return try await SigningKey.load(auditSigningKeyFile) } catch {
      throw ConfigurationError(
        problems: ["auditSigningKeyFile names a file that is refused: \(error)"])
    }
  }

  private init(_ settings: Settings) throws {
    door = settings.door(limits: .inPlant)
    database = settings.text("database")
    principalKeysFile = settings.text("principalKeysFile")
    auditSigningKeyFile =
      settings.has("auditSigningKeyFile") ? settings.text("auditSigningKeyFile") : nil
    archiveAfterDays = settings.number(
      "archiveAfterDays", RecordArchiver.daysRange, default: RecordArchiver.defaultDays)
    reflection = settings.flag("reflection", default: true)
    let maximum = try Quantity(units: Int64(Self.maximumTolerancePercent))
    var sites: [SiteCode: OverProductionTolerance] = [:]
    for entry in settings.sections("sites", atMost: Self.maximumSites) {
      let code = SiteCode(entry.text("code", SiteCode.rule))
      let percent = entry.quantity(
        "overProductionTolerancePercent", atMost: maximum, default: .zero)
      if sites[code] != nil { entry.reject("code", "must be unique") }
      sites[code] = OverProductionTolerance(percent: percent)
    }
    self.sites = sites
  }
}
