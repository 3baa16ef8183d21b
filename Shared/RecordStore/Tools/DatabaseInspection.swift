public import Environment
import GRDB
public import Values

/// What a database or a backup says of itself, for the people who operate it.
///
/// ```swift
/// let inspection = try await DatabaseInspection.of(path, environment: .system, checking: true)
/// ```
public struct DatabaseInspection: Sendable, Hashable {
  /// A migration that has been applied.
  public struct AppliedMigration: Sendable, Hashable {
    /// Whose it is: `store` or `service`.
    public let scope: String
    /// Its number within the scope.
    public let version: Int
    /// What it does.
    public let name: String
    /// When it was applied.
    public let appliedAt: Instant
    /// How it compares with what this program knows.
    public let state: MigrationState
  }

  /// How a migration in the file compares with the one in this program.
  public enum MigrationState: String, Sendable, Hashable {
    /// The same.
    case same
    /// Another content under the same number: made by another program.
    case changed
    /// This program knows fewer: made by a newer one.
    case newer
    /// One of a service, which this program does not know; the service compares it when it starts.
    case unknown
  }

  /// How many rows a table has.
  public struct TableSize: Sendable, Hashable {
    /// The table.
    public let name: String
    /// Its rows; `nil` when damage keeps them from being counted.
    public let rows: Int64?
  }

  /// Sizes of the file and what belongs to it.
  public struct Size: Sendable, Hashable {
    /// The database file.
    public let bytes: Int64
    /// The write-ahead log beside it, 0 when there is none.
    public let logBytes: Int64
    /// One page.
    public let pageBytes: Int64
    /// Pages in the database, those in the log included.
    public let pages: Int64
    /// Pages that hold nothing at present.
    public let freePages: Int64
  }

  /// When this was read; ages count from here.
  public let at: Instant
  /// Whether the file is marked as a backup.
  public let isBackup: Bool
  /// Incarnation and newest sequences.
  public let facts: StoreFacts
  /// What has been applied, by scope and number.
  public let migrations: [AppliedMigration]
  /// Sizes.
  public let size: Size
  /// Every table by name.
  public let tables: [TableSize]
  /// Every consumer by name.
  public let consumers: [FeedLag]
  /// What the quick check found; `nil` when it was not asked for.
  public let check: CheckResult?

  /// Reads all of it from one snapshot. A service may go on writing meanwhile.
  /// - Parameter checking: whether to run the quick check, too.
  /// - Throws: ``DatabaseFileError``; `CancellationError`.
  nonisolated(nonsending) public static func of(
    _ path: String, environment: Environment, checking: Bool = false
  ) async throws -> DatabaseInspection {
    let queue = try StoreFile.open(path)
    let check = checking ? try await DamageCheck(.quick) { try StoreFile.open(path) }.run() : nil
    return try DatabaseFileError.naming(path) {
      let now = environment.clock.now
      let inspection = try StoreFile.reading(queue, now: now) {
        try DatabaseInspection($0, path: path, check: check)
      }
      try queue.close()
      return inspection
    }
  }
}
