public import Values

/// One credential of a partner, as the file keeps it: never the secret, only its digest.
public struct PartnerKey: Sendable, Hashable {
  /// The key's public part, by which it is looked up.
  public let id: String
  /// SHA-256 of the secret's bytes, 64 lower-case hexadecimal digits. The secret has 256 random
  /// bits, so that a slow hash would add nothing.
  public let secretHash: String

  /// What a key's public part looks like.
  public static let idRule = TextRule(maximumLength: 64, characters: .code)
  /// Digits of a SHA-256 hash.
  public static let hashLength = 64

  /// A credential of its parts; the caller has checked them.
  public init(id: String, secretHash: String) {
    self.id = id
    self.secretHash = secretHash
  }

  /// Whether the text can be a hash at all.
  static func isHash(_ text: String) -> Bool {
    text.utf8.count == hashLength
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}

/// Somebody outside who may call, with the sites it may act for.
public struct Partner: Sendable, Hashable {
  /// The partner's name, for example `mes-line-1`. It is the subject of forwarded principals.
  public let id: String
  /// The sites it may act for, at least one.
  public var sites: [SiteCode]
  /// What it may call, at least one.
  public var roles: [RoleName]
  /// How much it may call.
  public var limits: CallLimits
  /// Its credentials; several, so that a key can be changed without a pause.
  public var keys: [PartnerKey]

  /// What a partner's name looks like.
  public static let idRule = TextRule(maximumLength: 64, characters: .code)
  /// Most sites of a partner: what fits a forwarded principal's token.
  public static let maximumSites = 100
  /// Most roles of a partner: there are not many more.
  public static let maximumRoles = 16
  /// Most keys of a partner: two while one is being changed, with room for several clients.
  public static let maximumKeys = 16

  /// A partner of its parts; the caller has checked them.
  public init(
    id: String, sites: [SiteCode], roles: [RoleName], limits: CallLimits = .standard,
    keys: [PartnerKey]
  ) {
    self.id = id
    self.limits = limits
    self.sites = sites
    self.roles = roles
    self.keys = keys
  }
}
