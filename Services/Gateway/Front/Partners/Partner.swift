public import Identity
public import Values

/// Somebody outside who may call: an MES, a warehouse, a supplier, an administrator.
public struct Partner: Sendable, Hashable {
  /// Its name, for example `mes-line-1`: the subject of forwarded principals and audit entries.
  public let name: String
  /// The sites it may act for.
  public var sites: Set<SiteCode>
  /// What it may call.
  public var roles: Set<RoleName>
  /// Its own code as a supplier or carrier; empty for others.
  public var partnerCode: String
  /// How much it may call.
  public var limits: CallLimits
  /// Whether it may not call at all for the time being.
  public var isSuspended: Bool
  /// 1 when it is made, one more with every change.
  public var revision: Int64

  /// What a partner's name looks like: that of a subject.
  public static let nameRule = Principal.subjectRule
  /// What a partner code looks like.
  public static let partnerCodeRule = TextRule(maximumLength: 64, characters: .code)
  /// Most partners of a Gateway: all are held in memory, about a kilobyte each with a credential.
  public static let maximumCount = 10_000
  /// Most credentials of a partner that have not ended: two while one is being changed, with room
  /// for several clients.
  public static let maximumCredentials = 16
  /// Most credentials that are remembered of a partner, ended ones among them: a year of weekly
  /// rotations, so that an auditor finds whose a key was.
  public static let maximumRememberedCredentials = 100

  /// A partner of its parts; the caller has checked them.
  public init(
    name: String, sites: Set<SiteCode>, roles: Set<RoleName>, partnerCode: String = "",
    limits: CallLimits = .standard, isSuspended: Bool = false, revision: Int64 = 1
  ) {
    self.name = name
    self.sites = sites
    self.roles = roles
    self.partnerCode = partnerCode
    self.limits = limits
    self.isSuspended = isSuspended
    self.revision = revision
  }

  /// How the services will see it when it has shown a credential.
  func principal(showing credential: String) -> Principal {
    Principal(
      subject: name, kind: .partner, sites: sites, roles: roles, partnerCode: partnerCode,
      credential: credential, revision: revision)
  }

  /// Whether it may do the same as another one: what it is told of its limits does not matter.
  func hasRights(of other: Partner) -> Bool {
    isSuspended == other.isSuspended
      && principal(showing: "").hasRights(of: other.principal(showing: ""))
  }
}
