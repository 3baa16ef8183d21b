import Contracts
import Protobuf
import RecordStore
import Values

/// A count as it was submitted.
struct StoredCount: Sendable {
  let countID: String
  let asOf: Instant
  let count: Inventory.V1.SubmitCountRequest
}

/// Counts in and out of the database: facts, never changed.
enum CountRecords {
  static func insert(
    _ count: Inventory.V1.SubmitCountRequest, id: String, asOf: Instant, _ site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO counts (count_id, site, occurred_at, content) VALUES (?, ?, ?, ?)", id, site,
      asOf, try count.encoded())
  }

  /// The count of an identifier.
  /// - Throws: ``InventoryError/countNotFound(_:)``.
  static func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws -> StoredCount {
    let found = try snapshot.row(
      "SELECT count_id, occurred_at, content FROM counts WHERE count_id = ? AND site = ?", id, site
    ) { row in
      StoredCount(
        countID: try row.text(0), asOf: try row.instant(1),
        count: try Inventory.V1.SubmitCountRequest(decoding: try row.blob(2)))
    }
    guard let found else { throw InventoryError.countNotFound(id) }
    return found
  }
}
