public import Values

/// One credential of a partner, as the file keeps it: never the secret, only its digest.
public struct PartnerKey: Sendable, Hashable {
  /// The key's public part, by which it is looked up.
  public let id: String
  /// SHA-256 of the secret, 32 bytes. The secret has 256 random bits, so that a slow hash adds nothing.
  public let secretDigest: [UInt8]

  /// What a key's public part looks like.
  public static let idRule = TextRule(maximumLength: 64, characters: .code)
  /// Bytes of a SHA-256 digest.
  public static let digestByteCount = 32

  /// A credential of its parts; the caller has checked them.
  public init(id: String, secretDigest: [UInt8]) {
    self.id = id
    self.secretDigest = secretDigest
  }
}

/// Somebody outside who may call, with the sites it may act for.
public struct Partner: Sendable, Hashable {
  /// The partner's name, for example `mes-line-1`. It is the subject of forwarded principals.
  public let id: String
  /// The sites it may act for, at least one.
  public var sites: [SiteCode]
  /// Its credentials; several, so that a key can be changed without a pause.
  public var keys: [PartnerKey]

  /// What a partner's name looks like.
  public static let idRule = TextRule(maximumLength: 64, characters: .code)
  /// Most sites of a partner: a group's plants, with room.
  public static let maximumSites = 256
  /// Most keys of a partner: two while one is being changed, with room for several clients.
  public static let maximumKeys = 16

  /// A partner of its parts; the caller has checked them.
  public init(id: String, sites: [SiteCode], keys: [PartnerKey]) {
    self.id = id
    self.sites = sites
    self.keys = keys
  }
}
