public import Logging
public import RecordStore

/// Looks for damage in the records once, some time after the start, and takes the program out of
/// service when there is any.
public struct DamageWatch: Sendable {
  /// After the start: a program that starts anew after a failure has other things to do first.
  public static let delay = Duration.seconds(60)
  /// A check that takes longer holds the write-ahead log for too long: it reads some hundred
  /// gigabytes in this time.
  public static let maximumDuration = Duration.seconds(1_800)

  private let database: Database
  private let health: HealthService
  private let logger: Logger
  private let delay: Duration
  private let maximumDuration: Duration

  /// A watch over a database.
  public init(
    _ database: Database, health: HealthService, logger: Logger, delay: Duration = delay,
    maximumDuration: Duration = maximumDuration
  ) {
    self.database = database
    self.health = health
    self.logger = logger
    self.delay = delay
    self.maximumDuration = maximumDuration
  }

  /// Checks until there is a result, the task is cancelled or the database is closed.
  public func run() async throws {
    while true {
      try await Task.sleep(for: delay)
      do {
        show(try await check())
        return
      } catch RecordStoreError.closed {
        return
      } catch let error as RecordStoreError {
        logger.warning("records could not be checked", metadata: ["error": "\(error)"])
      }
    }
  }

  /// `nil` when it takes too long.
  private func check() async throws -> CheckResult? {
    let (database, maximumDuration) = (database, maximumDuration)
    return try await withThrowingTaskGroup(of: CheckResult?.self) { group in
      group.addTask { try await database.quickCheck() }
      group.addTask {
        try await Task.sleep(for: maximumDuration)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  private func show(_ result: CheckResult?) {
    switch result {
    case .sound:
      logger.info("records were checked: no damage was found")
    case nil:
      logger.warning(
        "the check of the records was ended after \(maximumDuration); check a backup instead")
    case .damaged(let findings):
      health.setDamaged()
      logger.critical(
        """
        records are damaged, so health says NOT_SERVING: stop the program, keep the database file, \
        and put the newest whole backup in place with 'millrace restore'
        """, metadata: ["findings": "\(findings.joined(separator: "; "))"])
    }
  }
}
