public import Environment
import Identity
public import Logging
import RPC
public import ServiceKit

/// What becomes of those who show a wrong credential: their address is slowed down, and they are on
/// record, so that whoever looks for an intruder or a client that is set up wrongly finds both.
public struct Strangers: Sendable {
  private let delay: WrongCredentialDelay
  private let audit: RefusalAudit
  private let logger: Logger

  /// Strangers on record.
  /// - Parameter audit: of their own, so that they can't keep refusals of partners from being
  ///   written.
  public init(audit: RefusalAudit, clock: any Clock, logger: Logger) {
    self.audit = audit
    self.logger = logger
    delay = WrongCredentialDelay(clock: clock)
  }

  /// The refusal, when it may be given. Who shows nothing has guessed nothing: it is answered at
  /// once.
  func refuse(_ error: CredentialError, _ context: CallContext) async -> Refusal {
    if error == .missing { return error.refusal }
    if case .tokenInvalid(let problem) = error {
      // The caller is not told; whoever set the identity provider up finds it here.
      logger.notice("a token was not believed", metadata: ["error": "\(problem)"])
    }
    let nobody = Principal(subject: "", kind: .partner, sites: [])
    await audit.record(error.refusal, Call(principal: nobody, context))
    await delay.wait(CallerNetwork(context.peer.address))
    return error.refusal
  }
}
