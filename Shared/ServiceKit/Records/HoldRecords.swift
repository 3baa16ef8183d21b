import Contracts
import Protobuf
public import RecordStore
import Values

/// Quality's holds as a service has copied them: those that still stop something.
public enum HoldRecords {
  /// The table, as a step of the service's own schema.
  public static func migration(version: Int) -> Migration {
    Migration(
      version: version, name: "keep_holds",
      sql: """
        -- Holds of Quality that are active or have become scrap; the content is a millrace.quality.v1.Hold.
        CREATE TABLE copied_holds (
          site TEXT NOT NULL,
          hold_id TEXT NOT NULL,
          content BLOB NOT NULL,
          -- Which reading of everything has seen it last.
          reading INTEGER NOT NULL,
          PRIMARY KEY (site, hold_id)
        ) STRICT, WITHOUT ROWID;
        """)
  }

  static func put(_ hold: Quality.V1.Hold, _ reading: Int64, _ transaction: Transaction) throws {
    guard hold.state != .released else {
      try transaction.execute(
        "DELETE FROM copied_holds WHERE site = ? AND hold_id = ?", hold.site, hold.holdID)
      return
    }
    try transaction.execute(
      "INSERT OR REPLACE INTO copied_holds (site, hold_id, content, reading) VALUES (?, ?, ?, ?)",
      hold.site, hold.holdID, try hold.encoded(), reading)
  }

  static func forget(
    before reading: Int64, at site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "DELETE FROM copied_holds WHERE site = ? AND reading < ?", site, reading)
  }

  /// All of a site, in the order of their identifiers.
  static func all(_ site: SiteCode, _ snapshot: Snapshot) throws -> [Quality.V1.Hold] {
    try snapshot.rows(
      "SELECT content FROM copied_holds WHERE site = ? ORDER BY hold_id", site
    ) { try Quality.V1.Hold(decoding: try $0.blob(0)) }
  }
}
