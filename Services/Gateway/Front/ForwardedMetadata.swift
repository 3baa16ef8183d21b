import Environment
public import Identity
public import RPC
import ServiceKit
import Synchronization
public import Values

/// A caller's signed principal as metadata, checked and ready to be sent.
struct SignedPrincipal: Sendable {
  /// The one entry.
  let metadata: Metadata
  /// Until when it is good enough.
  let usableUntil: Instant
}

/// Which of a caller's metadata goes on to the service, and what the Gateway adds.
///
/// An allow-list: whatever is not named here stays at the door, credentials and claims of being
/// somebody (`millrace-principal`) before all.
public struct ForwardedMetadata: Sendable {
  /// What passes: the client library's name, for the service's own log.
  static let allowed: [StaticString] = ["user-agent"]
  /// What passes beside it when it is a W3C trace context.
  static let traceContext: [StaticString] = ["traceparent", "tracestate"]
  /// Room for a trace and the name of a client library, which are mostly all that passes.
  private static let passingByteCount = 192
  /// For how long a token is used without asking the signer, in seconds: it gives none that is good
  /// for less than ``PrincipalSigner/renewalMarginSeconds``, of which half remains for the call.
  static let keptSeconds = PrincipalSigner.renewalMarginSeconds / 2

  private let signer: PrincipalSigner

  /// Metadata with principals of this signer.
  public init(signer: PrincipalSigner) { self.signer = signer }

  /// The metadata of the onward call of a caller.
  /// - Throws: when its principal can't be signed.
  public func make(
    from call: CallContext, _ caller: Caller, audience: String, at now: Instant
  ) throws -> Metadata {
    let metadata = call.metadata
    var forwarded = Metadata(
      try principal(caller, audience, now), roomFor: Self.passingByteCount)
    forwarded.append(contentsOf: metadata, named: Self.allowed)
    // One that breaks the rule would leave the call without identity: a new trace begins, and the
    // state of the other one is not its own (Trace Context §3.2.2, §3.3.1).
    if TraceContext(metadata) == nil {
      TraceContext.append(call.id, to: &forwarded)
    } else {
      forwarded.append(contentsOf: metadata, named: Self.traceContext)
    }
    return forwarded
  }

  private func principal(_ caller: Caller, _ audience: String, _ now: Instant) throws -> Metadata {
    if let ready = caller.signed.withLock({ $0[audience] }), now < ready.usableUntil {
      return ready.metadata
    }
    var metadata = Metadata()
    try metadata.append(
      PrincipalToken.metadataName, signer.token(for: caller.principal, audience: audience))
    let ready = SignedPrincipal(
      metadata: metadata, usableUntil: now.advanced(seconds: Self.keptSeconds))
    caller.signed.withLock { $0[audience] = ready }
    return metadata
  }
}
