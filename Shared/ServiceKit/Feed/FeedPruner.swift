public import Environment
public import Logging
public import RecordStore

/// Deletes events that every consumer has acknowledged, now and then, so that the feed does not
/// grow for ever; and tells when a consumer keeps it from doing so.
public struct FeedPruner: Sendable {
  /// Between two looks, in seconds. An event is a few hundred bytes; a minute's worth of them is
  /// nothing.
  public static let intervalSeconds = 60

  private let database: Database
  private let clock: any Clock
  private let logger: Logger

  /// A pruner of a database.
  public init(_ database: Database, clock: any Clock, logger: Logger) {
    self.database = database
    self.clock = clock
    self.logger = logger
  }

  /// Prunes until the task is cancelled. A failed look is logged and tried again.
  public func run() async throws {
    var alarm = FeedAlarm()
    while true {
      try await Task.sleep(for: .seconds(Self.intervalSeconds))
      do {
        while try await database.pruneEvents() == Database.maximumPrune {}
        let lags = try await database.read { try $0.feed.lags() }
        let now = clock.now
        for message in alarm.check(lags, now: now) {
          FeedAlarm.log(message, now: now, logger)
        }
      } catch let error as RecordStoreError {
        logger.warning("events could not be pruned", metadata: ["error": "\(error)"])
      }
    }
  }
}
