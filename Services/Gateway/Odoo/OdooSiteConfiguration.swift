public import Values

/// One site's way to its Odoo.
public struct OdooSiteConfiguration: Sendable {
  /// The site in Millrace.
  public var site: SiteCode
  /// Scheme, host and port, for example `https://odoo.example`.
  public var url: String
  /// Odoo's database.
  public var database: String
  /// The login of the integration user.
  public var login: String
  /// Its API key.
  public let apiKey: OdooAPIKey
  /// The short name of the warehouse whose manufacturing operation type belongs to the site, for
  /// example `WH`.
  public var warehouseCode: String
  /// Confirmed orders are released when they start within so many days. 0 or more.
  public var releaseHorizonDays: Int
  /// Between two looks for new and changed orders, in milliseconds. 1 or more.
  public var pollIntervalMilliseconds: Int
  /// Between two rounds of postings, in milliseconds: reports of one round become one call. 1 or
  /// more.
  public var postingIntervalMilliseconds: Int
  /// Between two looks for changed master data, in milliseconds; 0 for none, where another system than
  /// Odoo keeps MasterData.
  public var masterDataPollIntervalMilliseconds: Int
  /// Between two comparisons with everything that Odoo has, by which deleted records are found, in
  /// seconds. 1 or more.
  public var deletionCheckIntervalSeconds: Int
  /// Most of a model's records that may be gone from Odoo at once and are withdrawn, in per cent; beyond
  /// that a person must decide. 1 to 100.
  public var maximumGonePercent: Int
  /// The name of the company in an Odoo that has several; empty for those of the integration user.
  public var company: String
  /// The paths (`WH/Quarantine`) of locations in which stock waits for a decision.
  public var quarantineLocations: Set<String>
  /// What the site's Odoo shows with a webhook; `nil` when it has none.
  public let webhookSecret: WebhookSecret?
  /// Longest call, in seconds. Not below ``minimumRequestTimeoutSeconds``.
  public var requestTimeoutSeconds: Int

  /// Odoo repeats a conflicting posting by itself, up to five times with waits: 30 seconds were
  /// recorded. Giving up earlier would make every one of them an unknown outcome.
  public static let minimumRequestTimeoutSeconds = 60

  /// A configuration of its parts.
  public init(
    site: SiteCode, url: String, database: String, login: String, apiKey: String,
    warehouseCode: String, releaseHorizonDays: Int = 14, pollIntervalMilliseconds: Int = 2_000,
    postingIntervalMilliseconds: Int = 1_000, masterDataPollIntervalMilliseconds: Int = 2_000,
    deletionCheckIntervalSeconds: Int = 600, maximumGonePercent: Int = 10, company: String = "",
    quarantineLocations: Set<String> = [], webhookSecret: WebhookSecret? = nil,
    requestTimeoutSeconds: Int = 120
  ) {
    self.site = site
    self.url = url
    self.database = database
    self.login = login
    self.apiKey = OdooAPIKey(apiKey)
    self.warehouseCode = warehouseCode
    self.releaseHorizonDays = releaseHorizonDays
    self.pollIntervalMilliseconds = pollIntervalMilliseconds
    self.postingIntervalMilliseconds = postingIntervalMilliseconds
    self.masterDataPollIntervalMilliseconds = masterDataPollIntervalMilliseconds
    self.deletionCheckIntervalSeconds = deletionCheckIntervalSeconds
    self.maximumGonePercent = maximumGonePercent
    self.company = company
    self.quarantineLocations = quarantineLocations
    self.webhookSecret = webhookSecret
    self.requestTimeoutSeconds = max(requestTimeoutSeconds, Self.minimumRequestTimeoutSeconds)
  }
}
