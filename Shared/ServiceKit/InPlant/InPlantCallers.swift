public import Environment
public import Identity
public import Logging
import RPC
import Values

/// Believes callers who come to a service by themselves, with an in-plant token of the Gateway. The
/// Gateway is not asked: what it has decided is in the token, and in the ``Identity/RevocationList``.
public struct InPlantCallers: Sendable {
  private let verifier: PrincipalVerifier
  private let revocations: RevocationList
  private let clock: any Clock
  private let logger: Logger

  /// Callers with tokens that this verifier believes and nobody has revoked.
  public init(
    _ verifier: PrincipalVerifier, revocations: RevocationList, clock: any Clock, logger: Logger
  ) {
    self.verifier = verifier
    self.revocations = revocations
    self.clock = clock
    self.logger = logger
  }

  /// Whether a call is one that the Gateway has not forwarded.
  func isDirect(_ context: CallContext) -> Bool {
    context.metadata.contains("authorization")
      && context.metadata[PrincipalToken.metadataName] == nil
  }

  /// Who makes a direct call, and what the token is for.
  func authenticate(
    _ context: CallContext
  ) throws(Refusal) -> (principal: Principal, binding: TokenBinding) {
    let (principal, binding) = try believed(context)
    guard let shown = context.peer.identity, shown.certificateDigest == binding.certificate else {
      throw InPlantRefusals.tokenNotBound
    }
    let now = clock.now
    guard now.microseconds / Instant.microsecondsPerSecond < shown.notAfterSeconds else {
      throw InPlantRefusals.certificateEnded
    }
    guard !revocations.revokes(principal, issuedAt: binding.issuedAt, at: now) else {
      throw InPlantRefusals.tokenRevoked
    }
    return (principal, binding)
  }

  private func believed(
    _ context: CallContext
  ) throws(Refusal) -> (principal: Principal, binding: TokenBinding) {
    let scheme = "Bearer "
    // More than one value is none.
    guard let value = context.metadata["authorization"],
      value.prefix(scheme.count).lowercased() == scheme.lowercased()
    else { throw Refusal.unauthenticated }
    do { return try verifier.verifyInPlant(String(value.dropFirst(scheme.count))) } catch {
      logger.notice("an in-plant token was not believed", metadata: ["error": "\(error)"])
      throw InPlantRefusals.tokenInvalid
    }
  }
}

/// Why an in-plant token lets nobody in.
enum InPlantRefusals {
  static let tokenInvalid = Refusal(
    .unauthenticated, reason: "TOKEN_INVALID",
    "the token is not valid here, or has expired; exchange your credential for a new one at the Gateway (TokenService.Exchange)"
  )

  static let tokenNotBound = Refusal(
    .unauthenticated, reason: "TOKEN_NOT_BOUND",
    "the token belongs to another client certificate than this connection has shown")

  static let certificateEnded = Refusal(
    .unauthenticated, reason: "CREDENTIAL_ENDED",
    "the client certificate of this connection has expired since it began")

  static let tokenRevoked = Refusal(
    .unauthenticated, reason: "TOKEN_REVOKED",
    "the credential of the token has ended, or the partner's rights have changed; exchange again at the Gateway (TokenService.Exchange)"
  )

  static func methodNotGranted(_ method: String, _ principal: Principal) -> Refusal {
    let roles = principal.roles.sorted().map(\.description).joined(separator: ", ")
    return Refusal(
      .permissionDenied, reason: "METHOD_NOT_GRANTED",
      "the token is not for \(method); none of your roles (\(roles.isEmpty ? "none" : roles)) may call it",
      metadata: ["method": method, "roles": roles])
  }
}
