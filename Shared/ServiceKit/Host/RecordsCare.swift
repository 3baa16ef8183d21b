public import Logging
public import RecordStore

/// What every program with records runs beside its server: a look for damage after the start, and a
/// watch over whether records can be written.
public struct RecordsCare: Sendable {
  let background: [(name: String, run: @Sendable () async throws -> Void)]

  /// The care of a database.
  /// - Parameter program: the program's name in health, see ``WriteWatch/healthName``.
  public init(_ database: Database, health: HealthService, program: String, logger: Logger) {
    let writing = WriteWatch(database, health: health, program: program, logger: logger)
    let damage = DamageWatch(database, health: health, logger: logger)
    background = [
      (name: "write watch", run: { try await writing.run() }),
      (name: "damage watch", run: { try await damage.run() }),
    ]
  }
}
