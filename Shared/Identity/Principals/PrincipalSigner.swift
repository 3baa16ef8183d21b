public import Environment
import FoundationEssentials
import JWTKit
import Synchronization
public import Values

/// Mints forwarded principals. A token is made once per credential and service and used until it
/// must be renewed, so that forwarding a call costs a dictionary lookup.
public final class PrincipalSigner: Sendable {
  /// A token is renewed when less than this is left, in seconds: longer than a call may wait on its
  /// way.
  public static let renewalMarginSeconds: Int64 = 120
  /// Most tokens kept; beyond it the cache starts anew, which costs one signature (about 30 µs) per
  /// credential.
  public static let maximumCachedTokens = 10_000

  private struct Key: Hashable {
    var principal: Principal
    var audience: String
  }

  private struct Minted {
    var token: String
    var expiresAt: Instant
  }

  /// A key, and the header of what it signs.
  private struct Signing {
    let key: SigningKey
    let encodedHeaders: [TokenProfile: String]

    init(_ key: SigningKey) throws {
      self.key = key
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      var encodedHeaders: [TokenProfile: String] = [:]
      for profile in [TokenProfile.forwarded, .inPlant] {
        let header = ["alg": PrincipalToken.algorithm, "kid": key.keyID, "typ": profile.type]
        encodedHeaders[profile] = Base64URL.encode(try encoder.encode(header))
      }
      self.encodedHeaders = encodedHeaders
    }
  }

  private struct State {
    var signing: Signing
    var cache: [Key: Minted] = [:]
  }

  private let environment: Environment
  private let state: Mutex<State>

  /// A signer with its key.
  public init(key: SigningKey, environment: Environment) throws {
    self.environment = environment
    state = Mutex(State(signing: try Signing(key)))
  }

  /// Signs with another key from now on. Tokens of the one before are good until they expire: the
  /// services must know both keys for as long.
  public func use(_ key: SigningKey) throws {
    let signing = try Signing(key)
    state.withLock { $0 = State(signing: signing) }
  }

  /// The token of a principal for one service, to be sent as ``PrincipalToken/metadataName``; valid
  /// for at least ``renewalMarginSeconds``.
  public func token(for principal: Principal, audience: String) throws -> String {
    let now = environment.clock.now
    let cacheKey = Key(principal: principal, audience: audience)
    let usableUntil = now.advanced(seconds: Self.renewalMarginSeconds)
    if let minted = state.withLock({ $0.cache[cacheKey] }), minted.expiresAt > usableUntil {
      return minted.token
    }
    let minted = try mint(principal, audience, now)
    state.withLock { state in
      if state.cache.count >= Self.maximumCachedTokens { state.cache = [:] }
      state.cache[cacheKey] = minted
    }
    return minted.token
  }

  /// An in-plant token of a principal for one service, bound to a client certificate.
  /// - Parameter expiresAt: when it expires, in whole seconds; at most the profile's lifetime from
  ///   now.
  public func inPlantToken(
    for principal: Principal, audience: String, binding: TokenBinding, expiresAt: Instant
  ) throws -> String {
    var claims = claims(
      principal, audience, issuedAt: binding.issuedAt, expiresAt: expiresAt)
    claims.scope = binding.paths.sorted().joined(separator: " ")
    claims.cnf = .init(certificate: Base64URL.encode(binding.certificate))
    return try sign(JSONEncoder().encode(claims), as: .inPlant)
  }

  private func mint(_ principal: Principal, _ audience: String, _ now: Instant) throws -> Minted {
    let expiresAt = now.advanced(seconds: TokenProfile.forwarded.maximumLifetimeSeconds)
    let claims = claims(principal, audience, issuedAt: now, expiresAt: expiresAt)
    let token = try sign(JSONEncoder().encode(claims))
    return Minted(token: token, expiresAt: Instant(seconds: claims.exp))
  }

  private func claims(
    _ principal: Principal, _ audience: String, issuedAt: Instant, expiresAt: Instant
  ) -> PrincipalClaims {
    PrincipalClaims(
      iss: PrincipalToken.issuer, aud: audience, sub: principal.subject,
      iat: issuedAt.microseconds / Instant.microsecondsPerSecond,
      exp: expiresAt.microseconds / Instant.microsecondsPerSecond, nbf: nil, kind: principal.kind,
      sites: principal.sites.map(\.text).sorted(),
      roles: principal.roles.sorted().map(\.description),
      partner: principal.partnerCode.isEmpty ? nil : principal.partnerCode,
      credential: principal.credential.isEmpty ? nil : principal.credential,
      revision: principal.revision == 0 ? nil : principal.revision)
  }

  /// A compact JWS of any payload, and with any header: what tests make wrong tokens with.
  func sign(_ payload: Data, as profile: TokenProfile = .forwarded, header: String? = nil) throws
    -> String
  {
    let signing = state.withLock { $0.signing }
    let header = header ?? signing.encodedHeaders[profile, default: ""]
    let input = header + "." + Base64URL.encode(payload)
    let signature = try signing.key.algorithm.sign(Array(input.utf8))
    return input + "." + Base64URL.encode(signature)
  }
}
