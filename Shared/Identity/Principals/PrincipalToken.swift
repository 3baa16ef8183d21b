public import Values

/// What a principal's token is: a JWT (RFC 7519) signed with Ed25519, for one service.
public enum PrincipalToken {
  /// The metadata that carries a forwarded one.
  public static let metadataName = "millrace-principal"
  /// Who issues it.
  public static let issuer = "millrace-gateway"
  /// How far the issuer's clock may run ahead of ours, in seconds. Expiry has no such leeway: the
  /// Gateway renews early.
  public static let allowedClockSkewSeconds: Int64 = 30
  /// Longest token, in bytes: below the header list a server accepts (8 KiB).
  public static let maximumByteCount = 6 << 10

  static let algorithm = "EdDSA"
}

/// What a token is for. The two never stand in for each other: their types differ (RFC 8725 §3.11).
public enum TokenProfile: Sendable, Hashable {
  /// The Gateway tells a service who makes the call that it forwards.
  case forwarded
  /// A client in the plant calls a service by itself.
  case inPlant

  /// Longest time between issue and expiry, in seconds: five minutes, which a call does not outlive;
  /// twelve hours, a shift with its handover.
  public var maximumLifetimeSeconds: Int64 {
    switch self {
    case .forwarded: 300
    case .inPlant: 43_200
    }
  }

  /// `typ`: that of an access token is RFC 9068's.
  var type: String {
    switch self {
    case .forwarded: "JWT"
    case .inPlant: "at+jwt"
    }
  }
}

/// What an in-plant token is bound to.
public struct TokenBinding: Sendable, Hashable {
  /// The SHA-256 digest of the client certificate (RFC 8705 §3.1).
  public let certificate: [UInt8]
  /// The paths that may be called with it.
  public let paths: Set<String>
  /// How many bytes the digest has.
  public static let certificateByteCount = Bytes32.count
  /// When the token was issued, in whole seconds.
  public let issuedAt: Instant
  /// Most paths: more than a service has methods.
  public static let maximumPaths = 64

  /// A binding of its parts.
  public init(certificate: [UInt8], paths: Set<String>, issuedAt: Instant) {
    self.certificate = certificate
    self.issuedAt = issuedAt
    self.paths = paths
  }
}

/// The claims, in the names of RFC 7519, RFC 8693 (`scope`), RFC 8705 (`cnf`) and ours.
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
  /// Absent means that it is bound to no supplier or carrier.
  var partner: String?
  var credential: String?
  var revision: Int64?
  /// Of in-plant tokens: the paths, with one space between two.
  var scope: String?
  var cnf: Confirmation?

  struct Confirmation: Codable, Sendable, Hashable {
    var certificate: String

    enum CodingKeys: String, CodingKey { case certificate = "x5t#S256" }
  }
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
  /// A subject, site, role or binding that does not follow the rules for them.
  case claims
}
