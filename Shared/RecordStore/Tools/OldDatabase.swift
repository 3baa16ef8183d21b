import GRDB
import Values

/// The database that a restore replaces. The caller holds its lock.
struct OldDatabase {
  let path: String
  let now: Instant

  /// Gives the file a second name with the date in it and answers that, `nil` when there was no
  /// file. Its first name stays until the new file takes it.
  ///
  /// What is in the write-ahead log goes into the file first. Where that fails, because the file is
  /// damaged or another tool is reading it, the log is kept beside it. Whoever is interrupted
  /// between the steps finds both files under their kept names, and restores again.
  func keep() throws -> String? {
    mergeLog()
    let kept = "\(path).before-restore-\(Self.stamp(now))"
    var isKept = false
    if FileSteps.exists(path) {
      try FileSteps.link(path, as: kept)
      isKept = true
    }
    for suffix in FileSteps.companionSuffixes where FileSteps.exists(path + suffix) {
      try FileSteps.link(path + suffix, as: kept + suffix)
      isKept = true
    }
    try synchronizeDirectory(of: path)
    for suffix in FileSteps.companionSuffixes + ["-shm"] {
      try FileSteps.remove(path + suffix)
    }
    try synchronizeDirectory(of: path)
    return isKept ? kept : nil
  }

  /// A mistyped path must not put a backup in the place of another program's database. What is no
  /// database any more passes: a file damaged in its first page is what restores are for.
  static func refuseForeign(_ path: String) throws {
    guard let found = FileSteps.headerNumber(of: path, at: FileSteps.applicationIDOffset) else {
      return
    }
    // A young database has its mark in the write-ahead log only.
    if found == 0, FileSteps.exists(path + "-wal") { return }
    guard Int64(found) == Database.applicationID else { throw DatabaseFileError.foreign(path) }
  }

  /// Closing the last connection empties the log and removes it. A file that does not read as ours
  /// is not opened for writing: SQLite would clear away what it cannot understand.
  private func mergeLog() {
    guard let reading = try? StoreFile.open(path) else { return }
    try? reading.close()
    let factory = ConnectionFactory(path: path, cacheKibibytes: StoreFile.cacheKibibytes)
    // Whatever goes wrong here, the log is kept: see `keep`.
    guard let queue = try? factory.open(.writer) else { return }
    try? queue.writeWithoutTransaction {
      try Checkpointer(limits: Checkpointer.Limits()).run(on: $0, truncating: true)
    }
    try? queue.close()
  }

  /// `2026-12-01T06-00-00Z`: sorts by time, and no shell minds it.
  private static func stamp(_ now: Instant) -> String {
    let civil = CivilTime(now)
    return "\(civil.dateText)T\(civil.timeText.replacing(":", with: "-"))Z"
  }
}
