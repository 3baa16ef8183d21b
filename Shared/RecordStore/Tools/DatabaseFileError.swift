/// Why a backup, a restore or an inspection was refused or failed: which file, what is wrong with
/// it, and what to do next. Whatever was there before is as it was.
public enum DatabaseFileError: Error, Sendable, Hashable {
  /// There is no such file.
  case missing(String)
  /// The file is a database of another program, or none at all.
  case foreign(String)
  /// The file has been migrated by a newer program, or by another one than this.
  case schema(String, RecordStoreError.MigrationFailure)
  /// What the check of the file has found.
  case damaged(String, findings: [String])
  /// Source and target are one file.
  case sameFile(String)
  /// The target is there already.
  case targetExists(String)
  /// The target is a service's database, which nobody replaces but a restore.
  case targetIsDatabase(String)
  /// A file beside the target would be read as a part of it.
  case companion(String)
  /// A process has the database open for writing; a sentence says which.
  case inUse(String)
  /// There is no space left where the file should go.
  case noSpace(String)
  /// The operating system or SQLite failed a step; their words.
  case failed(String, reason: String)
}

extension DatabaseFileError: CustomStringConvertible {
  /// Sentences for the person at the terminal: what is wrong, and what to do.
  public var description: String {
    switch self {
    case .missing(let path): "There is no file \(path). Give the path of a database or a backup."
    case .foreign(let path):
      "\(path) is not a database of Millrace. Give the path of a database or a backup."
    case .schema(let path, let failure): "\(path) does not fit this program: \(failure)"
    case .damaged(let path, let findings):
      """
      \(path) is damaged: \(findings.joined(separator: "; ")). Go on with a backup that is whole, \
      and keep this file for whoever looks for the cause.
      """
    case .sameFile(let path): "Source and target are the same file, \(path). Name another one."
    case .targetExists(let path):
      "\(path) is there already. Name another target, or replace it with --force."
    case .targetIsDatabase(let path):
      """
      \(path) is the database of a service, not a backup, and is not replaced. Name another \
      target.
      """
    case .companion(let path):
      """
      \(path) is there: it belongs to a database of that name and would be read as a part of the \
      new file. Name another target.
      """
    case .inUse(let sentence): "\(sentence) Stop that process first, then restore again."
    case .noSpace(let path):
      "There is no space left to write \(path). Make space, or name a target elsewhere."
    case .failed(let path, let reason): "\(path): \(reason)"
    }
  }
}

extension DatabaseFileError {
  /// Runs a step on a file and answers its errors with the file's name.
  static func naming<T>(_ path: String, _ step: () throws -> T) throws -> T {
    do { return try step() } catch { throw named(path, error) }
  }

  static func named(_ path: String, _ error: any Error) -> any Error {
    if error is DatabaseFileError || error is CancellationError { return error }
    return switch RecordStoreError(any: error) {
    case .diskFull: DatabaseFileError.noSpace(path)
    case .corrupted(let text): DatabaseFileError.damaged(path, findings: [text])
    case .migration(let failure): DatabaseFileError.schema(path, failure)
    case let error: DatabaseFileError.failed(path, reason: error.description)
    }
  }
}
