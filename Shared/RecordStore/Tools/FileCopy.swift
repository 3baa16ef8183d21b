import Environment
import GRDB

/// Copies one snapshot of a database into a new file that stands alone: no log beside it, readable
/// from a read-only place.
enum FileCopy {
  /// Copies and answers what the snapshot held. The new file is not durable yet.
  static func run(
    from source: DatabaseQueue, at path: String, to target: String, mark: Int64,
    environment: Environment, progress: (CopyProgress) -> Void
  ) throws -> StoreFacts {
    try FileSteps.create(target)
    return try DatabaseFileError.naming(target) {
      let queue = try DatabaseQueue(path: target)
      try queue.writeWithoutTransaction { connection in
        // Nothing but the finished file counts, and that is made durable as a whole.
        try connection.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      }
      let facts = try StoreFile.reading(source, now: environment.clock.now) { snapshot in
        // The first SELECT fixes the snapshot that is copied.
        let facts = try DatabaseFileError.naming(path) { try StoreFacts(snapshot) }
        try queue.writeWithoutTransaction { connection in
          try PageCopy.run(from: snapshot.connection, to: connection) { step in
            try Task.checkCancellation()
            progress(step)
          }
        }
        return facts
      }
      try queue.close()
      try finish(target, mark: mark)
      return facts
    }
  }

  /// The copy says in its header that it has a write-ahead log, like its source. A connection of
  /// its own sets that right, and the mark.
  private static func finish(_ target: String, mark: Int64) throws {
    let queue = try DatabaseQueue(path: target)
    try queue.writeWithoutTransaction { connection in
      try connection.execute(sql: "PRAGMA journal_mode = DELETE")
      try connection.execute(sql: "PRAGMA user_version = \(mark)")
    }
    try queue.close()
  }

  /// Tells the unfinished files of runs at the same time apart.
  static func suffix(_ environment: Environment) -> String {
    let digits = String(environment.randomness.next(), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
