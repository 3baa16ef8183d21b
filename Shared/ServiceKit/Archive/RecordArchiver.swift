public import Environment
public import Logging
public import RecordStore
import Values

/// Moves records that have been closed for long to archives, now and then, so that the database does
/// not grow for ever.
public struct RecordArchiver: Sendable {
  /// Which records, and when.
  public struct Rule: Sendable {
    let plan: ArchivePlan
    let afterDays: Int64

    /// Records of a plan, closed for so many days.
    public init(plan: ArchivePlan, afterDays: Int64) {
      self.plan = plan
      self.afterDays = afterDays
    }
  }

  /// A year: whoever asks about an order does so within it, as a rule.
  public static let defaultDays: Int64 = 365
  /// A day, so that what was closed by mistake can still be looked into; a century.
  public static let daysRange: ClosedRange<Int64> = 1...36_500
  /// Between two looks, in seconds: nobody waits for it.
  public static let intervalSeconds = 600
  /// Between two steps of a look, in milliseconds: the plant's writes come first.
  static let pauseMilliseconds = 50

  private let database: Database
  private let rule: Rule
  private let clock: any Clock
  private let logger: Logger

  /// An archiver of a database.
  public init(_ database: Database, rule: Rule, clock: any Clock, logger: Logger) {
    self.database = database
    self.rule = rule
    self.clock = clock
    self.logger = logger
  }

  /// Archives until the task is cancelled. A look that fails is logged and tried again.
  public func run() async throws {
    while true {
      do {
        let count = try await look()
        if count > 0 {
          logger.info(
            "old records were archived",
            metadata: ["records": "\(rule.plan.name)", "count": "\(count)"])
        }
      } catch let error as RecordStoreError {
        logger.error("old records could not be archived", metadata: ["error": "\(error)"])
      }
      try await Task.sleep(for: .seconds(Self.intervalSeconds))
    }
  }

  /// Moves all that is due and answers how many that were.
  @discardableResult
  func look() async throws -> Int {
    let limit = clock.now.advanced(seconds: -rule.afterDays * 86_400)
    var count = 0
    while true {
      let moved = try await database.archive(rule.plan, closedBefore: limit)
      if moved == 0 { return count }
      count += moved
      try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
    }
  }
}
