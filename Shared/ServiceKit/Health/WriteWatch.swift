public import Logging
public import RecordStore

/// Tells through health whether the records can be written, and finds out when they can again.
///
/// A service whose disk is full goes on reading, so its own health stays as it is. The name
/// ``healthName`` is NOT_SERVING as long as writes are refused.
public struct WriteWatch: Sendable {
  /// Between two probes while nothing can be written: soon enough for people, and a failing probe
  /// costs a few milliseconds.
  public static let probeInterval = Duration.seconds(2)

  /// The name under which health knows whether a program's records can be written:
  /// `millrace.production.writes`.
  public let healthName: String

  private let database: Database
  private let health: HealthService
  private let logger: Logger
  private let pause: @Sendable () async throws -> Void

  /// A watch over a database.
  /// - Parameter program: the program's name in ``healthName``.
  public init(_ database: Database, health: HealthService, program: String, logger: Logger) {
    self.init(
      database, health: health, program: program, logger: logger,
      pause: { try await Task.sleep(for: Self.probeInterval) })
  }

  /// The same with another pause between two probes.
  init(
    _ database: Database, health: HealthService, program: String, logger: Logger,
    pause: @escaping @Sendable () async throws -> Void
  ) {
    self.database = database
    self.health = health
    self.logger = logger
    self.pause = pause
    healthName = "millrace.\(program).writes"
    health.setServing(true, service: healthName)
  }

  /// Watches until the task is cancelled or the database is closed.
  public func run() async throws {
    do {
      while true {
        show(try await database.waitForWriteState(otherThan: .writable))
        try await probeUntilWritable()
        show(.writable)
      }
    } catch RecordStoreError.closed {
      return
    }
  }

  /// The first probe waits, too: so an outage that comes and goes cannot fill the log.
  private func probeUntilWritable() async throws {
    repeat {
      try await pause()
      do { try await database.probeWriting() } catch let error as RecordStoreError {
        if error == .closed { throw error }
        // The state says why; it was logged when it began.
        logger.debug("a probe could not write", metadata: ["error": "\(error)"])
      }
    } while database.writeState != .writable
  }

  private func show(_ state: WriteState) {
    health.setServing(state == .writable, service: healthName)
    switch state {
    case .writable:
      logger.notice("records can be written again")
    case .diskFull:
      logger.error(
        """
        there is no space left for records: writes are refused until there is, reads go on. Make \
        space on the disk of the database; a restart is not needed
        """)
    case .failing(let reason):
      logger.error(
        """
        records cannot be written: writes are refused until they can, reads go on. Look at the \
        disk of the database and at the system's log; a restart is not needed
        """, metadata: ["reason": "\(reason)"])
    }
  }
}
