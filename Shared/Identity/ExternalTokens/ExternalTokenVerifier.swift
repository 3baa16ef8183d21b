import Crypto
public import Environment
import JSON
import Synchronization
import Values

/// Verifies JWTs of partners' own identity providers by the rules of RFC 8725. A token that was
/// verified once costs a digest and a dictionary lookup until it expires.
///
/// Nothing a token says about where keys are (`jku`, `x5u`, `jwk`, `x5c`) is looked at, and nothing
/// is ever fetched: keys come from ``replaceKeys(of:with:)`` alone.
public final class ExternalTokenVerifier: Sendable {
  /// Longest token, in bytes: what a header list of a server takes at most (8 KiB).
  public static let maximumByteCount = 8 << 10
  /// How far the issuer's clock may differ from ours, in seconds.
  public static let allowedClockSkewSeconds: Int64 = 60
  /// Longest time between issue and expiry, in seconds: a day. Nothing asks the issuer again about
  /// a token, so a longer life would be one that nobody can end.
  public static let maximumLifetimeSeconds: Int64 = 86_400
  /// Longest subject, in bytes: RFC 9068 names none, OpenID Connect says 255.
  public static let maximumSubjectByteCount = 255
  /// Most verified tokens remembered; when it is full the expired ones go, then all.
  public static let maximumCachedTokens = 4_096

  private struct State {
    var keySets: [String: ExternalKeySet] = [:]
    var verified: [SHA256Digest: ExternalToken] = [:]
    /// Raised with each replacement, so that what was verified by older keys is not remembered.
    var revision = 0
  }

  private let issuers: [String: ExternalIssuer]
  private let environment: Environment
  private let state = Mutex(State())

  /// A verifier for some issuers, none of which has keys yet. Of two issuers with the same name the
  /// first one counts.
  public init(issuers: [ExternalIssuer], environment: Environment) {
    self.issuers = Dictionary(issuers.map { ($0.name, $0) }) { first, _ in first }
    self.environment = environment
  }

  /// Believes an issuer by these keys only, from now on; what was verified by older ones is
  /// verified anew.
  public func replaceKeys(of issuer: String, with keys: ExternalKeySet) {
    state.withLock { state in
      state.keySets[issuer] = keys
      state.verified.removeAll(keepingCapacity: true)
      state.revision += 1
    }
  }

  /// What a token says, if it is to be believed.
  public func verify(_ token: String) throws(ExternalTokenError) -> ExternalToken {
    guard token.utf8.count <= Self.maximumByteCount else { throw .tooLong }
    let bytes = Array(token.utf8)
    let digest = SHA256.hash(data: bytes)
    let now = environment.clock.now
    let (known, keySets, revision) = state.withLock { state in
      (state.verified[digest], state.keySets, state.revision)
    }
    if let known {
      guard now < known.expiresAt else { throw .expired }
      return known
    }
    let verified = try verifyAnew(CompactToken(bytes), keySets, now)
    remember(verified, digest, revision, now)
    return verified
  }

  private func verifyAnew(
    _ token: CompactToken, _ keySets: [String: ExternalKeySet], _ now: Instant
  ) throws(ExternalTokenError) -> ExternalToken {
    guard token.header["crit"] == nil else { throw .criticalExtension }
    guard let name = token.claims["iss"]?.stringValue, let issuer = issuers[name] else {
      throw .issuer
    }
    guard let type = token.header["typ"]?.stringValue, issuer.type.isStated(by: type) else {
      throw .type
    }
    guard let keyID = token.header["kid"]?.stringValue, let key = keySets[name]?.key(keyID) else {
      throw .unknownKey
    }
    guard token.header["alg"]?.stringValue == key.algorithm else { throw .algorithm }
    guard key.verifies(token.signature, of: token.signedContent) else { throw .signature }
    let claims = ExternalClaims(claims: token.claims)
    try claims.checkAudience(issuer.audience)
    let subject = try claims.subject()
    let nowSeconds = now.microseconds / Instant.microsecondsPerSecond
    let expiresAt = Instant(seconds: try claims.checkTimes(nowSeconds: nowSeconds))
    return ExternalToken(issuer: name, subject: subject, expiresAt: expiresAt)
  }

  private func remember(
    _ token: ExternalToken, _ digest: SHA256Digest, _ revision: Int, _ now: Instant
  ) {
    state.withLock { state in
      guard state.revision == revision else { return }
      if state.verified.count >= Self.maximumCachedTokens {
        state.verified = state.verified.filter { now < $0.value.expiresAt }
        if state.verified.count >= Self.maximumCachedTokens { state.verified.removeAll() }
      }
      state.verified[digest] = token
    }
  }
}
