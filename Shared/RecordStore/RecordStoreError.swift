/// What can go wrong with the records. Services map these to status codes in one place.
///
/// `diskFull`, `ioError`, `outOfMemory` and `overloaded` are passing: the same call may succeed
/// later and nothing of it was kept. The others stay until a person or a program changes something.
public enum RecordStoreError: Error, Sendable, Hashable {
  /// No space left for the write, on the file system or by a page limit. Nothing was kept; the
  /// store heals by itself when there is space again. (`RESOURCE_EXHAUSTED`)
  case diskFull
  /// The operating system failed a read, a write or an fsync. Nothing was acknowledged.
  /// (`UNAVAILABLE`)
  case ioError(String)
  /// SQLite could not get memory. Nothing was kept. (`UNAVAILABLE`)
  case outOfMemory
  /// As many calls wait as the queue holds (its bound is given); try again after a moment.
  /// (`RESOURCE_EXHAUSTED`)
  case overloaded(bound: Int)
  /// The database has been closed. (`UNAVAILABLE`)
  case closed
  /// The file is damaged: what SQLite says about it. (`DATA_LOSS`)
  case corrupted(String)
  /// An archive of old records cannot be read or written: which, and why. The other records are as
  /// they were. (`UNAVAILABLE`)
  case archive(String)
  /// Another process (or another `Database` in this one) has the file open for writing. The text
  /// says which.
  case lockedByAnotherProcess(String)
  /// A connection does not have a setting that durability depends on; a sentence names it.
  case settings(String)
  /// The file is not a database of this program; a sentence says why.
  case notARecordStore(String)
  /// The schema and the program do not fit together.
  case migration(MigrationFailure)
  /// A row breaks a rule of the schema: which kind of rule, and SQLite's words.
  case constraint(ConstraintKind, String)
  /// SQL that cannot run: a mistake in a program. SQLite's result code and words.
  case sql(code: Int32, String)
  /// A column holds another type than was asked for, or NULL: a mistake in a program or a damaged
  /// row.
  case column(index: Int, expected: String, found: String)
  /// A feed token that was not made by ``FeedToken``.
  case invalidToken
  /// A feed token of another incarnation of this database, made before a restore. (`FEED_RESTORED`)
  case feedRestored(current: Incarnation)
  /// No consumer of this name is registered.
  case unknownConsumer(String)
  /// An acknowledgement beyond the newest event.
  case acknowledgementBeyondHead(head: Int64)

  /// Which kind of rule a row breaks.
  public enum ConstraintKind: Sendable, Hashable {
    /// PRIMARY KEY or UNIQUE.
    case unique
    /// FOREIGN KEY.
    case foreignKey
    /// CHECK.
    case check
    /// NOT NULL.
    case notNull
    /// The column's type in a STRICT table.
    case dataType
    /// Any other.
    case other
  }

  /// Why the schema and the program do not fit together.
  public enum MigrationFailure: Sendable, Hashable {
    /// The program's own list is not numbered 1, 2, 3, …
    case notConsecutive(scope: String, expected: Int, found: Int)
    /// A migration that has been applied reads otherwise now. Past migrations never change: add a
    /// new one.
    case changed(scope: String, version: Int, appliedName: String, programName: String)
    /// The database has been migrated by a newer program than this one.
    case newerDatabase(scope: String, database: Int, program: Int)
    /// A migration failed and left nothing behind; SQLite's words, or the rule it broke.
    case failed(scope: String, version: Int, name: String, reason: String)
    /// A table without STRICT, which would take values of any type.
    case notStrict(table: String)
  }
}

extension RecordStoreError: CustomStringConvertible {
  /// A sentence for logs and for the person who starts the program.
  public var description: String {
    switch self {
    case .diskFull: "There is no space left for the database."
    case .ioError(let text): "The database's storage failed: \(text)."
    case .outOfMemory: "SQLite could not get memory."
    case .overloaded(let bound): "\(bound) calls are waiting for the database already."
    case .closed: "The database is closed."
    case .corrupted(let text): "The database file is damaged: \(text)."
    case .archive(let text): "The archive of old records failed: \(text)"
    case .lockedByAnotherProcess(let text): text
    case .settings(let text): text
    case .notARecordStore(let text): text
    case .migration(let failure): failure.description
    case .constraint(let kind, let text): "A row breaks a rule (\(kind)): \(text)."
    case .sql(let code, let text): "SQLite result \(code): \(text)."
    case .column(let index, let expected, let found):
      "Column \(index) holds \(found) where \(expected) was expected."
    case .invalidToken: "The token was not issued by this feed."
    case .feedRestored(let current):
      "The token is of another incarnation of the database (now \(current)): it was restored."
    case .unknownConsumer(let name): "There is no consumer \(name)."
    case .acknowledgementBeyondHead(let head): "The newest event is \(head)."
    }
  }
}

extension RecordStoreError.MigrationFailure: CustomStringConvertible {
  /// A sentence that names the scope, the migration and what is wrong with it.
  public var description: String {
    switch self {
    case .notConsecutive(let scope, let expected, let found):
      "The \(scope) migrations must be numbered 1, 2, 3, …: expected \(expected), found \(found)."
    case .changed(let scope, let version, let appliedName, let programName):
      """
      The \(scope) migration \(version) (\(appliedName)) was applied with another content than this program's \
      (\(programName)). A past migration never changes: restore it and add a new one.
      """
    case .newerDatabase(let scope, let database, let program):
      """
      The database is at \(scope) migration \(database), this program knows \(program): start the newer program.
      """
    case .failed(let scope, let version, let name, let reason):
      "The \(scope) migration \(version) (\(name)) failed and left nothing behind: \(reason)."
    case .notStrict(let table): "The table \(table) is not STRICT."
    }
  }
}
