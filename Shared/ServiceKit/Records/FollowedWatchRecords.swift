public import RecordStore
import Values

/// How far the watches that a service follows have come.
public enum FollowedWatchRecords {
  /// The table, as a step of the service's own schema; after that of ``ReferenceRecords``, whose own table
  /// it takes over.
  public static func migration(version: Int) -> Migration {
    Migration(
      version: version, name: "follow_watches",
      sql: """
        -- How far each watch of another service has come.
        CREATE TABLE followed_watches (
          name TEXT NOT NULL PRIMARY KEY,
          -- What it asks for.
          question TEXT NOT NULL,
          resume_token TEXT NOT NULL,
          -- Counts how often everything was read.
          reading INTEGER NOT NULL,
          -- When all had been told; NULL until that was so once.
          complete_at INTEGER
        ) STRICT, WITHOUT ROWID;

        INSERT INTO followed_watches
          SELECT 'master data ' || site, question, resume_token, reading, complete_at
          FROM reference_watches;
        DROP TABLE reference_watches;
        """)
  }

  /// How far a watch has come.
  struct Progress: Sendable {
    /// What it asks for.
    var question: String
    /// Empty: everything is read from the beginning.
    var token = ""
    /// Counts how often everything was read.
    var reading: Int64 = 1
    /// When all had been told.
    var completeAt: Instant?

    /// From the beginning once more: what is known stays until all has been told.
    func anew(_ question: String) -> Progress {
      Progress(question: question, reading: reading + 1, completeAt: completeAt)
    }
  }

  static func find(_ name: String, _ snapshot: Snapshot) throws -> Progress? {
    try snapshot.row(
      "SELECT question, resume_token, reading, complete_at FROM followed_watches WHERE name = ?",
      name
    ) { row in
      Progress(
        question: try row.text(0), token: try row.text(1), reading: try row.int64(2),
        completeAt: try row.optionalInstant(3))
    }
  }

  static func put(_ progress: Progress, _ name: String, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT OR REPLACE INTO followed_watches (name, question, resume_token, reading, complete_at)
      VALUES (?, ?, ?, ?, ?)
      """, name, progress.question, progress.token, progress.reading, progress.completeAt)
  }
}
