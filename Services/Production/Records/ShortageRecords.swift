import Contracts
import Protobuf
import RecordStore
import Values

/// Shortages in and out of the database: facts, never changed.
enum ShortageRecords {
  /// Records a shortage, and publishes it.
  static func add(
    _ shortage: Production.V1.Shortage, at site: SiteCode, _ transaction: Transaction
  ) throws {
    let content = try shortage.encoded()
    let sequence = try transaction.outbox.append(
      NewEvent(
        type: Production.V1.Shortage.fullName, site: site, key: shortage.shortageID,
        payload: content))
    try transaction.execute(
      "INSERT INTO shortages (sequence, site, content) VALUES (?, ?, ?)", sequence, site, content)
  }

  /// Shortages of a site after a sequence, in the order in which they were reported.
  static func list(_ site: SiteCode, after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [(sequence: Int64, content: Production.V1.Shortage)]
  {
    try snapshot.rows(
      "SELECT sequence, content FROM shortages WHERE site = ? AND sequence > ? ORDER BY sequence LIMIT ?",
      site, sequence, limit
    ) { (try $0.int64(0), try Production.V1.Shortage(decoding: try $0.blob(1))) }
  }
}
