public import Environment
import FoundationEssentials
import JWTKit
import Synchronization
import Values

/// Turns a token back into a principal. Verifying the same token again is a dictionary
/// lookup: no cryptography and nothing to await, so it may run on an event loop.
public final class PrincipalVerifier: Sendable {
  /// Most verified tokens remembered. Tokens are minted once per credential and service and live
  /// for minutes, so this is thousands of partners; when it is full the expired ones go, then all.
  public static let maximumCachedTokens = 4_096

  private struct Verified {
    var principal: Principal
    /// Of in-plant tokens; it tells the two kinds apart.
    var binding: TokenBinding?
    var expiresAt: Instant
  }

  private struct Header: Decodable {
    var alg: String
    var typ: String
    var kid: String
    var hasCriticalExtensions: Bool

    private enum CodingKeys: String, CodingKey { case alg, typ, kid, crit }

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      alg = try members.decode(String.self, forKey: .alg)
      typ = try members.decode(String.self, forKey: .typ)
      kid = try members.decode(String.self, forKey: .kid)
      hasCriticalExtensions = members.contains(.crit)
    }
  }

  private struct State {
    var keys: VerificationKeys
    /// One more with every change of the keys.
    var generation = 0
    var cache: [String: Verified] = [:]
  }

  private let audience: String
  private let environment: Environment
  private let cacheLimit: Int
  private let state: Mutex<State>

  /// A verifier for the tokens of one service, which remembers at most `cacheLimit` of them.
  public init(
    keys: VerificationKeys, audience: String, environment: Environment,
    cacheLimit: Int = maximumCachedTokens
  ) {
    self.cacheLimit = cacheLimit
    state = Mutex(State(keys: keys))
    self.audience = audience
    self.environment = environment
  }

  /// Believes these keys from now on, and no other. What was believed before is looked at anew.
  public func use(_ keys: VerificationKeys) {
    state.withLock { $0 = State(keys: keys, generation: $0.generation + 1) }
  }

  /// The principal of a forwarded token.
  public func verify(_ token: String) throws(TokenError) -> Principal {
    let verified = try verified(token, as: .forwarded)
    guard verified.binding == nil else { throw .header }
    return verified.principal
  }

  /// The principal of an in-plant token, and what the token is bound to: whoever asks compares it.
  public func verifyInPlant(
    _ token: String
  ) throws(TokenError) -> (principal: Principal, binding: TokenBinding) {
    let verified = try verified(token, as: .inPlant)
    guard let binding = verified.binding else { throw .header }
    return (verified.principal, binding)
  }

  private func verified(
    _ token: String, as profile: TokenProfile
  ) throws(TokenError) -> Verified {
    let now = environment.clock.now
    if let verified = state.withLock({ $0.cache[token] }) {
      guard now < verified.expiresAt else { throw .expired }
      return verified
    }
    let (keys, generation) = state.withLock { ($0.keys, $0.generation) }
    let verified = try verifyAnew(token, profile, keys, now)
    state.withLock { state in
      // What was believed by keys that are not in use any more is not remembered.
      guard state.generation == generation else { return }
      if state.cache.count >= cacheLimit {
        state.cache = state.cache.filter { now < $0.value.expiresAt }
        if state.cache.count >= cacheLimit { state.cache = [:] }
      }
      state.cache[token] = verified
    }
    return verified
  }

  private func verifyAnew(
    _ token: String, _ profile: TokenProfile, _ keys: VerificationKeys, _ now: Instant
  ) throws(TokenError) -> Verified {
    guard token.utf8.count <= PrincipalToken.maximumByteCount else { throw .malformed }
    let parts = Array(token.utf8).split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]),
      let claimBytes = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
    else { throw .malformed }
    // jwt-kit's own header type must not see what strangers send: it traps on a number beyond Int.
    let header: Header = try Self.decoded(headerBytes)
    guard header.alg == PrincipalToken.algorithm, header.typ == profile.type,
      !header.hasCriticalExtensions
    else { throw .header }
    guard let algorithm = keys.algorithm(keyID: header.kid) else { throw .unknownKey }
    let signed = parts[0] + [UInt8(ascii: ".")] + parts[1]
    guard (try? algorithm.verify(signature, signs: signed)) == true else { throw .signature }
    let claims: PrincipalClaims = try Self.decoded(claimBytes)
    try check(claims, profile, now)
    return Verified(
      principal: try Self.principal(of: claims), binding: try Self.binding(of: claims, profile),
      expiresAt: Instant(seconds: claims.exp))
  }

  private static func decoded<T: Decodable>(_ bytes: [UInt8]) throws(TokenError) -> T {
    do { return try JSONDecoder().decode(T.self, from: Data(bytes)) } catch { throw .malformed }
  }

  private func check(
    _ claims: PrincipalClaims, _ profile: TokenProfile, _ now: Instant
  ) throws(TokenError) {
    guard claims.iss == PrincipalToken.issuer else { throw .issuer }
    guard claims.aud == audience else { throw .audience }
    // Whole seconds, and only within what a calendar can mean: the differences below cannot
    // overflow.
    let calendar = Int64(0)...253_402_300_799
    guard calendar.contains(claims.iat), calendar.contains(claims.exp) else { throw .lifetime }
    let seconds = now.microseconds / Instant.microsecondsPerSecond
    guard seconds < claims.exp else { throw .expired }
    let latestStart = seconds + PrincipalToken.allowedClockSkewSeconds
    guard claims.iat <= latestStart, (claims.nbf ?? claims.iat) <= latestStart,
      claims.exp > claims.iat, claims.exp - claims.iat <= profile.maximumLifetimeSeconds
    else { throw .lifetime }
  }

  private static func principal(of claims: PrincipalClaims) throws(TokenError) -> Principal {
    guard Principal.subjectRule.violation(of: claims.sub) == nil,
      claims.sites.count <= Principal.maximumSites,
      claims.sites.allSatisfy({ SiteCode.rule.violation(of: $0) == nil })
    else { throw .claims }
    let roles = claims.roles ?? []
    guard roles.count <= Principal.maximumRoles,
      roles.allSatisfy({ RoleName.rule.violation(of: $0) == nil })
    else { throw .claims }
    let codes = [claims.partner, claims.credential].compactMap(\.self)
    guard codes.allSatisfy({ Principal.codeRule.violation(of: $0) == nil }) else { throw .claims }
    return Principal(
      subject: claims.sub, kind: claims.kind, sites: Set(claims.sites.map { SiteCode($0) }),
      roles: Set(roles.map { RoleName($0) }), partnerCode: claims.partner ?? "",
      credential: claims.credential ?? "", revision: claims.revision ?? 0)
  }

  /// An in-plant token without binding would be good for whoever finds it.
  private static func binding(
    of claims: PrincipalClaims, _ profile: TokenProfile
  ) throws(TokenError) -> TokenBinding? {
    guard profile == .inPlant else { return nil }
    guard let text = claims.cnf?.certificate, let certificate = Base64URL.decode(Array(text.utf8)),
      certificate.count == TokenBinding.certificateByteCount, let scope = claims.scope
    else { throw .claims }
    let paths = scope.split(separator: " ").map { String($0) }
    guard paths.count <= TokenBinding.maximumPaths else { throw .claims }
    return TokenBinding(
      certificate: certificate, paths: Set(paths), issuedAt: Instant(seconds: claims.iat))
  }
}
