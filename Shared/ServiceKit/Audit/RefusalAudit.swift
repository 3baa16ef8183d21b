public import Environment
import Identity
public import Logging
public import RecordStore
import Synchronization

/// Writes refusals for lack of rights to the audit log: who tried what, when, from where.
///
/// Who is refused could otherwise fill the disk with it, so beyond ``burst`` only ``perSecond`` are
/// written one by one; the next entry says how many were not.
public final class RefusalAudit: Sendable {
  /// Entries that may be written at once: a program with a wrong configuration shows all it tries.
  public static let burst: Int64 = 100
  /// Entries per second after that: 86,400 a day, some 20 MB.
  public static let perSecond: Int64 = 1

  private struct State {
    var allowance: TokenBucket
    var unwritten: Int64 = 0
  }

  private let database: Database
  private let clock: any Clock
  private let logger: Logger
  private let counts: RefusalCounts
  private let state: Mutex<State>

  /// Refusals in the audit log of a database.
  /// - Parameter counts: counts every refusal, also those that are not written.
  public init(_ database: Database, clock: any Clock, logger: Logger, counts: RefusalCounts) {
    self.counts = counts
    self.database = database
    self.clock = clock
    self.logger = logger
    state = Mutex(
      State(
        allowance: TokenBucket(
          burst: Self.burst, perSecond: Self.perSecond, atNanoseconds: clock.monotonicNanoseconds)))
  }

  /// Counts a refusal, and writes it if it is one for lack of rights or for a wrong credential. A
  /// database that can't is no reason to answer otherwise.
  public func record(_ refusal: Refusal, _ call: Call) async {
    counts.count(refusal)
    guard [.permissionDenied, .unauthenticated].contains(refusal.code), let unwritten = take()
    else { return }
    let site = refusal.metadata["site"] ?? ""
    let object = unwritten == 0 ? site : "\(site) (after \(unwritten) that are not written)"
    let entry = AuditEntry(
      principal: call.principal.subject, origin: call.origin, action: call.method, object: object,
      outcome: refusal.reason, correlation: call.traceID)
    do {
      try await database.write { try $0.audit.append(entry) }
    } catch {
      logger.warning(
        "a refusal is not in the audit log",
        metadata: [
          "error": "\(error)", "principal": "\(entry.principal)", "call": "\(entry.action)",
        ])
    }
  }

  /// How many were not written before this one; nil when this one is not either.
  private func take() -> Int64? {
    let now = clock.monotonicNanoseconds
    return state.withLock { state in
      guard state.allowance.take(atNanoseconds: now) else {
        state.unwritten += 1
        return nil
      }
      defer { state.unwritten = 0 }
      return state.unwritten
    }
  }
}
