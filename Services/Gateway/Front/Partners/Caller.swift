public import Identity
import Synchronization

/// A partner as one of its credentials lets it in. The same object from call to call as long as
/// neither has changed, so whoever holds one sees by identity whether it still counts.
public final class Caller: Sendable {
  /// As the services will see it.
  public let principal: Principal
  /// Its limits.
  public let limits: CallLimits
  /// Whether the partner may not call for the time being.
  public let isSuspended: Bool
  /// The credential that was shown.
  public let credential: Credential

  /// How it is told to services, ready to be sent, by audience.
  let signed = Mutex<[String: SignedPrincipal]>([:])

  /// A partner with one of its credentials.
  public init(_ partner: Partner, _ credential: Credential) {
    principal = partner.principal
    limits = partner.limits
    isSuspended = partner.isSuspended
    self.credential = credential
  }
}
