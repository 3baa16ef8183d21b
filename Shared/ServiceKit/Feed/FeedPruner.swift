public import Logging
public import RecordStore

/// Deletes events that every consumer has acknowledged, now and then, so that the feed does not
/// grow for ever.
public struct FeedPruner: Sendable {
  /// Between two looks, in seconds. An event is a few hundred bytes; a minute's worth of them is
  /// nothing.
  public static let intervalSeconds = 60

  private let database: Database
  private let logger: Logger

  /// A pruner of a database.
  public init(_ database: Database, logger: Logger) {
    self.database = database
    self.logger = logger
  }

  /// Prunes until the task is cancelled. A failed look is logged and tried again.
  public func run() async throws {
    while true {
      try await Task.sleep(for: .seconds(Self.intervalSeconds))
      do {
        while try await database.pruneEvents() == Database.maximumPrune {}
      } catch let error as RecordStoreError {
        logger.warning("events could not be pruned", metadata: ["error": "\(error)"])
      }
    }
  }
}
