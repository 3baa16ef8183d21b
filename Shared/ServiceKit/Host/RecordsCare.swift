public import Environment
public import Logging
public import RecordStore

/// What every program with records runs beside its server: a look for damage after the start, a
/// watch over whether records can be written, the pruning of its feed, signatures of where its audit
/// log ends, and the move of old records to archives.
public struct RecordsCare: Sendable {
  let background: [(name: String, run: @Sendable () async throws -> Void)]

  /// The care of a database.
  /// - Parameters:
  ///   - program: the program's name in health, see ``WriteWatch/healthName``.
  ///   - auditSigner: signs where the audit log ends; `nil` when nobody does.
  ///   - archiving: which records move to archives, and when; `nil` when none do.
  public init(
    _ database: Database, health: HealthService, program: String,
    auditSigner: AuditHeadSigner? = nil,
    archiving: RecordArchiver.Rule? = nil, clock: any Clock, logger: Logger
  ) {
    let writing = WriteWatch(database, health: health, program: program, logger: logger)
    let damage = DamageWatch(database, health: health, logger: logger)
    let pruner = FeedPruner(database, clock: clock, logger: logger)
    let archiver = archiving.map {
      RecordArchiver(database, rule: $0, clock: clock, logger: logger)
    }
    background = [
      (name: "write watch", run: { try await writing.run() }),
      (name: "damage watch", run: { try await damage.run() }),
      (name: "feed pruner", run: { try await pruner.run() }),
      (name: "audit head signer", run: { try await auditSigner?.run() }),
      (name: "record archiver", run: { try await archiver?.run() }),
    ]
  }
}
