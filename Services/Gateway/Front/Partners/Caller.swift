public import Identity
public import ServiceKit
import Synchronization

/// A partner as one of its credentials lets it in. The same object from call to call as long as
/// neither has changed, so whoever holds one sees by identity whether it still counts.
public final class Caller: CallSubject {
  /// As the services will see it.
  public let principal: Principal
  /// The partner's name.
  public var subject: String { principal.subject }
  /// Its limits.
  public let limits: CallLimits
  /// Whether the partner may not call for the time being.
  public let isSuspended: Bool
  /// The credential that was shown.
  public let credential: Credential

  /// What a call of it has attached once it has been let in and its limits were charged.
  let admitted: AdmittedPartner

  /// How it is told to services, ready to be sent, by audience.
  let signed = Mutex<[String: SignedPrincipal]>([:])

  /// A partner with one of its credentials.
  public init(_ partner: Partner, _ credential: Credential) {
    principal = partner.principal(showing: credential.id)
    limits = partner.limits
    isSuspended = partner.isSuspended
    self.credential = credential
    admitted = AdmittedPartner(partner.name)
  }
}

/// Attached to a call instead of its ``Caller`` when it has been let in: the ledger then knows that
/// the call counts in its partner's day. One object for each caller, so that a call makes none.
final class AdmittedPartner: CallSubject {
  /// The partner.
  let subject: String

  /// A partner's mark.
  init(_ name: String) { subject = name }
}
