public import Environment
import GRDB

/// Copies a database while its service goes on writing.
///
/// ```swift
/// let report = try await DatabaseBackup(database: path, target: "/backup/production.sqlite")
///   .run(environment: .system) { print("\($0.percent) %") }
/// ```
/// The backup is one snapshot: every write that had been answered when it began, and none in part.
/// It keeps the incarnation. It is written beside the target under another name, made durable and
/// checked, and only then gets its name: whatever is called so is a whole backup.
public struct DatabaseBackup: Sendable {
  /// What to copy; read only.
  public let database: String
  /// Where to.
  public let target: String
  /// Whether an older backup of this name may be replaced.
  public let replacesTarget: Bool

  /// What a backup has in it.
  public struct Report: Sendable, Hashable {
    /// Where it is.
    public let path: String
    /// Its size.
    public let bytes: Int64
    /// What of the database is in it.
    public let facts: StoreFacts
  }

  /// A backup to be made.
  public init(database: String, target: String, replacesTarget: Bool = false) {
    self.database = database
    self.target = target
    self.replacesTarget = replacesTarget
  }

  /// Makes it. The copy runs on the caller's thread: this is for tools.
  /// - Parameter progress: hears how far the copy has come.
  /// - Throws: ``DatabaseFileError``; `CancellationError`. Nothing is left behind then.
  @discardableResult
  nonisolated(nonsending) public func run(
    environment: Environment, progress: (CopyProgress) -> Void = { _ in }
  ) async throws -> Report {
    let source = try StoreFile.open(database)
    try checkTarget()
    let temporary = "\(target).partial-\(FileCopy.suffix(environment))"
    do {
      let facts = try FileCopy.run(
        from: source, at: database, to: temporary, mark: StoreFile.backupMark,
        environment: environment, progress: progress)
      try source.close()
      try FileSteps.synchronize(temporary)
      try await StoreFile.verify(temporary, now: environment.clock.now)
      // Somebody else may have been quicker meanwhile.
      try checkTarget()
      try FileSteps.rename(temporary, to: target)
      try synchronizeDirectory(of: target)
      return Report(path: target, bytes: FileSteps.size(target) ?? 0, facts: facts)
    } catch {
      try FileSteps.remove(temporary)
      throw error
    }
  }

  private func checkTarget() throws {
    for suffix in FileSteps.companionSuffixes where FileSteps.exists(target + suffix) {
      throw DatabaseFileError.companion(target + suffix)
    }
    guard FileSteps.exists(target) else { return }
    if FileSteps.areSame(database, target) { throw DatabaseFileError.sameFile(target) }
    let identifier = FileSteps.headerNumber(of: target, at: FileSteps.applicationIDOffset)
    let version = FileSteps.headerNumber(of: target, at: FileSteps.userVersionOffset)
    if identifier.map(Int64.init) == Database.applicationID,
      version.map(Int64.init) != StoreFile.backupMark
    {
      throw DatabaseFileError.targetIsDatabase(target)
    }
    guard replacesTarget else { throw DatabaseFileError.targetExists(target) }
  }
}
