/// What a forwarded principal's token is: a JWT (RFC 7519) signed with Ed25519, for one service,
/// for a short time.
public enum PrincipalToken {
  /// The metadata that carries it.
  public static let metadataName = "millrace-principal"
  /// Who issues it.
  public static let issuer = "millrace-gateway"
  /// The audience of the Production service.
  public static let productionAudience = "millrace.production"
  /// Longest time between issue and expiry, in seconds: DESIGN §7 grants five minutes.
  public static let maximumLifetimeSeconds: Int64 = 300
  /// How far the issuer's clock may run ahead of ours, in seconds. Expiry has no such leeway: the
  /// Gateway renews early.
  public static let allowedClockSkewSeconds: Int64 = 30
  /// Longest token, in bytes: below the header list a server accepts (8 KiB).
  public static let maximumByteCount = 6 << 10

  static let algorithm = "EdDSA"
  static let type = "JWT"
}

/// The claims, in the names of RFC 7519 and ours (`kind`, `sites`, `roles`).
struct PrincipalClaims: Codable, Sendable, Hashable {
  var iss: String
  var aud: String
  var sub: String
  var iat: Int64
  var exp: Int64
  var nbf: Int64?
  var kind: Principal.Kind
  var sites: [String]
  /// Absent means none.
  var roles: [String]?
}

/// Why a token was not believed. The text is for our own log; callers only learn that it was not.
public enum TokenError: Error, Sendable, Hashable {
  /// Not three base64url parts of JSON with the claims we require, in their types, or too long.
  case malformed
  /// Another algorithm than EdDSA, another type than JWT, or critical extensions, which we do not
  /// know.
  case header
  /// The `kid` names no key of ours.
  case unknownKey
  /// The signature is not of that key.
  case signature
  /// Another issuer.
  case issuer
  /// For another service.
  case audience
  /// Expired.
  case expired
  /// Issued in the future, not valid yet, or valid for longer than we grant.
  case lifetime
  /// A subject or site that does not follow the rules for them.
  case claims
}
