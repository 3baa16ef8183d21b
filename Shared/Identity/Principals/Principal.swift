public import Values

/// Who makes a call, as the Gateway has established it and the services believe it.
public struct Principal: Sendable, Hashable {
  /// What kind of caller it is. The raw values are those of the token's `kind` claim.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A partner's system: an MES, for example.
    case partner
    /// The integration with the system of record: it alone releases orders and reads feeds.
    case integration
  }

  /// The partner's identifier, the same for all its credentials. 1 to 64 characters of A-Z a-z 0-9
  /// . _ -
  public let subject: String
  /// What kind of caller it is.
  public let kind: Kind
  /// The sites it may act for. At most ``maximumSites``.
  public let sites: Set<SiteCode>
  /// What it may call, by role. The Gateway decides by them; services see them for what only some may
  /// do to an object.
  public let roles: Set<RoleName>
  /// Its own code as a supplier or carrier: it sees and changes only what carries it. Empty for
  /// others, who are not bound to one.
  public let partnerCode: String
  /// The credential it has shown to the Gateway; empty for the Gateway itself.
  public let credential: String
  /// Of which revision of the partner its rights are.
  public let revision: Int64

  /// What a subject looks like.
  public static let subjectRule = TextRule(maximumLength: 64, characters: .code)
  /// What a partner code and a credential's identifier look like.
  public static let codeRule = TextRule(maximumLength: 64, characters: .code)
  /// Most sites of one principal: their codes must fit the header list that carries the token (8
  /// KiB).
  public static let maximumSites = 100

  /// Most roles of one principal.
  public static let maximumRoles = 16

  /// A caller; the subject follows ``subjectRule``, the sites ``SiteCode/rule`` and the roles
  /// ``RoleName/rule``.
  public init(
    subject: String, kind: Kind, sites: Set<SiteCode>, roles: Set<RoleName> = [],
    partnerCode: String = "", credential: String = "", revision: Int64 = 0
  ) {
    self.subject = subject
    self.kind = kind
    self.sites = sites
    self.roles = roles
    self.partnerCode = partnerCode
    self.credential = credential
    self.revision = revision
  }

  /// Whether it may do the same as another one, whatever each of them has shown.
  public func hasRights(of other: Principal) -> Bool {
    subject == other.subject && kind == other.kind && sites == other.sites && roles == other.roles
      && partnerCode == other.partnerCode
  }

  /// Whether it may act for a site.
  public func mayAct(for site: SiteCode) -> Bool { sites.contains(site) }

  /// Roles of those who come from outside the plant: what is theirs carries their own code.
  public static let outsideRoles: Set<RoleName> = [RoleName("supplier"), RoleName("logistics")]

  /// Whether it is bound to its own code: it has one, or it comes from outside and was not given one yet, and
  /// then nothing is its own.
  public var isBoundToCode: Bool {
    !partnerCode.isEmpty || !roles.isDisjoint(with: Self.outsideRoles)
  }

  /// Whether it may see and change what belongs to a supplier or carrier: everybody who is not one,
  /// and the one itself.
  public func mayAct(forPartnerCode code: String) -> Bool {
    isBoundToCode ? partnerCode == code && !code.isEmpty : true
  }
}
