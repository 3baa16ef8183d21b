public import Environment
import Identity
public import Logging
import RPC
public import RecordStore
public import ServiceKit

/// What becomes of those who show a wrong credential: their address is slowed down, and they are on
/// record, so that whoever looks for an intruder or a client that is set up wrongly finds both.
public struct Strangers: Sendable {
  private let delay: WrongCredentialDelay
  private let audit: RefusalAudit
  private let database: Database
  private let logger: Logger

  /// Strangers on record.
  ///
  /// Their part of the audit log has a bound of its own, so that they can't keep refusals of partners
  /// from being written.
  public init(
    _ database: Database, clock: any Clock, logger: Logger, counts: RefusalCounts = RefusalCounts()
  ) {
    audit = RefusalAudit(database, clock: clock, logger: logger, counts: counts)
    self.database = database
    self.logger = logger
    delay = WrongCredentialDelay(clock: clock)
  }

  /// The refusal, when it may be given. Who shows nothing has guessed nothing, and is not slowed down.
  func refuse(_ error: CredentialError, _ context: CallContext) async -> Refusal {
    let former = error == .unknown ? await formerOwner(context) : nil
    let error = former == nil ? error : .ended
    if case .tokenInvalid(let problem) = error {
      // The caller is not told; whoever set the identity provider up finds it here.
      logger.notice(
        "a token was not believed",
        metadata: ["error": "\(problem)", "trace_id": "\(TraceContext(context).traceID)"])
    }
    let caller = Principal(subject: former ?? "", kind: .partner, sites: [])
    await audit.record(error.refusal, Call(principal: caller, context))
    if error == .missing { return error.refusal }
    await delay.wait(CallerNetwork(context.peer.address))
    return error.refusal
  }

  /// Whose the key was that a call has shown, when it has ended and is not in memory any more. Only
  /// who has the whole key is told that it was one.
  private func formerOwner(_ context: CallContext) async -> String? {
    var shown: APIKey?
    guard context.metadata.readOnlyValue("authorization", { shown = APIKey(bearer: $0) }),
      let key = shown
    else { return nil }
    do {
      let credential = try await database.read {
        try CredentialRecords.find(key.id.description, $0)
      }
      guard case .apiKey(let digest)? = credential?.shown, key.matches(digest) else { return nil }
      return credential?.partner
    } catch {
      logger.warning("an ended key was not looked up", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
