public import Environment
import Foundation
import GRDB
import Values

/// Puts a backup in the place of a database, with a new incarnation.
///
/// ```swift
/// let report = try await DatabaseRestore(backup: "/backup/production.sqlite", database: path)
///   .run(environment: .system)
/// ```
/// **What stays.** Records, events, consumers' positions and audit entries are as the backup has
/// them. So numbers that were given out after the backup are given out again; the new incarnation
/// tells everyone who holds one of them (`FEED_RESTORED`).
///
/// **What a crash leaves.** At every moment the database's name leads to the whole old file or to
/// the whole new one. The old file keeps a name with the date in it.
public struct DatabaseRestore: Sendable {
  /// The backup; read only.
  public let backup: String
  /// The database that shall be as the backup is. May be missing; its directory may not.
  public let database: String

  /// What a restore has done.
  public struct Report: Sendable, Hashable {
    /// Where the old database is now; `nil` when there was none.
    public let keptAs: String?
    /// The size of the new file.
    public let bytes: Int64
    /// What the backup says of itself.
    public let backup: StoreFacts
    /// The new incarnation.
    public let incarnation: Incarnation
  }

  /// A restore to be done.
  public init(backup: String, database: String) {
    self.backup = backup
    self.database = database
  }

  /// Does it. The copy runs on the caller's thread: this is for tools.
  /// - Parameter progress: hears how far the copy has come.
  /// - Throws: ``DatabaseFileError``; `CancellationError`. The database is as it was then.
  @discardableResult
  nonisolated(nonsending) public func run(
    environment: Environment, progress: (CopyProgress) -> Void = { _ in }
  ) async throws -> Report {
    if FileSteps.areSame(backup, database) { throw DatabaseFileError.sameFile(backup) }
    let source = try StoreFile.open(backup)
    try DatabaseFileError.naming(backup) {
      try source.writeWithoutTransaction { try StoreFile.checkSchema($0) }
    }
    try OldDatabase.refuseForeign(database)
    let lock = try takeLock()
    defer { lock.release() }
    let temporary = "\(database).restoring-\(FileCopy.suffix(environment))"
    do {
      let facts = try FileCopy.run(
        from: source, at: backup, to: temporary, mark: 0, environment: environment,
        progress: progress)
      try source.close()
      try await verify(temporary, environment)
      let incarnation = try renew(temporary, environment)
      let owner = FileSteps.exists(database) ? database : FileSteps.directory(of: database)
      try FileSteps.adoptOwner(of: owner, temporary)
      try FileSteps.synchronize(temporary)
      let kept = try OldDatabase(path: database, now: environment.clock.now).keep()
      try FileSteps.rename(temporary, to: database)
      try synchronizeDirectory(of: database)
      return Report(
        keptAs: kept, bytes: FileSteps.size(database) ?? 0, backup: facts, incarnation: incarnation)
    } catch {
      try FileSteps.remove(temporary)
      throw error
    }
  }

  private func takeLock() throws -> FileLock {
    do {
      let lock = try FileLock(databasePath: database)
      try FileSteps.adoptOwner(
        of: FileSteps.directory(of: database), FileLock.path(of: database))
      return lock
    } catch RecordStoreError.lockedByAnotherProcess(let sentence) {
      throw DatabaseFileError.inUse(sentence)
    } catch {
      throw DatabaseFileError.named(database, error)
    }
  }

  /// What is damaged is the backup, of which the temporary file is a copy.
  private func verify(_ temporary: String, _ environment: Environment) async throws {
    do {
      try await StoreFile.verify(temporary, now: environment.clock.now)
    } catch DatabaseFileError.damaged(_, let findings) {
      throw DatabaseFileError.damaged(backup, findings: findings)
    }
  }

  private func renew(_ path: String, _ environment: Environment) throws -> Incarnation {
    let incarnation = Incarnation(Identifier(random: environment))
    try DatabaseFileError.naming(path) {
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { connection in
        try connection.execute(
          sql: "UPDATE rs_meta SET incarnation = ?",
          arguments: [Data(incarnation.identifier.bytes)])
      }
      try queue.close()
    }
    return incarnation
  }
}

extension Identifier {
  /// Sixteen random bytes.
  init(random environment: Environment) {
    self.init(high: environment.randomness.next(), low: environment.randomness.next())
  }
}
