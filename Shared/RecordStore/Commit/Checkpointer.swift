import CSQLite
import GRDB

/// Moves the write-ahead log into the database file: on the writer's connection, between batches,
/// never elsewhere.
///
/// SQLite up to 3.51.2 can lose committed pages when a checkpoint overlaps a commit on another
/// connection; with one connection doing both, they cannot overlap.
final class Checkpointer {
  /// When the log is moved. Tests make it small.
  struct Limits: Sendable {
    /// A checkpoint is due when the log has grown by so many pages (8 MiB): rare enough that a hot
    /// page is moved once for many commits, small enough that one takes some tens of milliseconds.
    var duePages = 2_048
    /// At so many pages (64 MiB) readers are held back for a moment, so that the log can start
    /// anew.
    var maximumPages = 16_384
  }

  private let limits: Limits
  /// Pages in the log after the last commit.
  private(set) var pages = 0
  /// The size at which the next checkpoint is due.
  private var dueAt: Int
  private var hasNews = false

  init(limits: Limits) {
    self.limits = limits
    self.dueAt = limits.duePages
  }

  /// What to do after a batch.
  enum Need {
    case nothing
    case passive
    /// Readers have kept the log from starting anew for too long.
    case withoutReaders
  }

  /// Watches the connection's commits.
  func attach(to connection: GRDB.Database) {
    pages = 0
    dueAt = limits.duePages
    sqlite3_wal_hook(
      connection.sqliteConnection,
      { context, _, _, pages in
        guard let context else { return SQLITE_OK }
        Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().committed(Int(pages))
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Stops watching; the connection is about to be closed.
  func detach(from connection: GRDB.Database) {
    sqlite3_wal_hook(connection.sqliteConnection, nil, nil)
  }

  private func startedAnew() {
    dueAt = limits.duePages
    pages = 0
  }

  private func committed(_ pages: Int) {
    // The log has started anew.
    if pages < self.pages { dueAt = limits.duePages }
    self.pages = pages
    hasNews = true
  }

  /// Whether a commit has written to the log since the last call. Commits without a changed page do
  /// not: they say nothing about the disk.
  func takeNews() -> Bool {
    defer { hasNews = false }
    return hasNews
  }

  /// What is due now.
  var need: Need {
    guard pages >= dueAt else { return .nothing }
    return pages >= limits.maximumPages ? .withoutReaders : .passive
  }

  /// Runs a checkpoint. The next one is due after the log has grown again, whether or not readers
  /// let this one finish.
  func run(on connection: GRDB.Database, truncating: Bool) throws {
    dueAt = pages + limits.duePages
    let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
    // Our own readers are held back already. Another program's, such as a backup, may take minutes;
    // waiting for it would hold up every write for the whole busy timeout.
    sqlite3_busy_timeout(connection.sqliteConnection, 0)
    defer {
      sqlite3_busy_timeout(connection.sqliteConnection, Int32(Settings.busyTimeoutMilliseconds))
    }
    let result = sqlite3_wal_checkpoint_v2(connection.sqliteConnection, nil, mode, nil, nil)
    // BUSY: a reader holds the log's end; what could be moved has been.
    guard result == SQLITE_OK || result & 0xFF == SQLITE_BUSY else {
      throw RecordStoreError(
        DatabaseError(
          resultCode: ResultCode(rawValue: result),
          message: String(cString: sqlite3_errmsg(connection.sqliteConnection))))
    }
    if truncating, result == SQLITE_OK { startedAnew() }
  }
}
