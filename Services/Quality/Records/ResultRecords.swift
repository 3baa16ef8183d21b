import Contracts
import Protobuf
import RecordStore
import Values

/// Results of inspections in and out of the database: facts, never changed but for whether another one has
/// replaced them.
enum ResultRecords {
  /// Records a result.
  static func insert(
    _ result: Quality.V1.InspectionResult, of inspection: String, at site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO inspection_results (
        site, inspection_id, sample, characteristic, result_id, passed, replaced, content)
      VALUES (?, ?, ?, ?, ?, ?, 0, ?)
      """, site, inspection, Int64(result.sample), result.characteristic, result.resultID,
      result.passed, try result.encoded())
  }

  /// Marks a result as replaced.
  static func replace(_ resultID: String, at site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE inspection_results SET replaced = 1 WHERE site = ? AND result_id = ?", site, resultID)
  }

  /// The result that counts of a sample's characteristic, `nil` when there is none.
  static func current(
    of inspection: String, sample: Int32, characteristic: String, at site: SiteCode,
    _ snapshot: Snapshot
  ) throws -> String? {
    try snapshot.row(
      """
      SELECT result_id FROM inspection_results
      WHERE site = ? AND inspection_id = ? AND sample = ? AND characteristic = ? AND replaced = 0
      """, site, inspection, Int64(sample), characteristic
    ) { try $0.text(0) }
  }

  /// How many results count, how many there are in all, and how many samples have failed.
  static func tally(of inspection: String, at site: SiteCode, _ snapshot: Snapshot) throws -> Tally
  {
    let tally = try snapshot.row(
      """
      SELECT count(*), sum(replaced = 0),
        count(DISTINCT CASE WHEN replaced = 0 AND passed = 0 THEN sample END)
      FROM inspection_results WHERE site = ? AND inspection_id = ?
      """, site, inspection
    ) { row in
      Tally(
        all: try row.int(0), counting: Int(try row.optionalInt64(1) ?? 0),
        failedSamples: try row.int(2))
    }
    return tally ?? Tally(all: 0, counting: 0, failedSamples: 0)
  }

  struct Tally: Sendable {
    var all: Int
    var counting: Int
    var failedSamples: Int
  }

  /// The samples and characteristics that have a result.
  static func given(of inspection: String, at site: SiteCode, _ snapshot: Snapshot) throws
    -> Set<SampledCharacteristic>
  {
    Set(
      try snapshot.rows(
        """
        SELECT sample, characteristic FROM inspection_results
        WHERE site = ? AND inspection_id = ? AND replaced = 0
        """, site, inspection
      ) { SampledCharacteristic(sample: Int32(try $0.int64(0)), code: try $0.text(1)) })
  }

  /// All results in the order in which they were recorded.
  static func list(of inspection: String, at site: SiteCode, _ snapshot: Snapshot) throws
    -> [Quality.V1.InspectionResult]
  {
    try snapshot.rows(
      """
      SELECT content, replaced FROM inspection_results WHERE site = ? AND inspection_id = ?
      ORDER BY sequence
      """, site, inspection
    ) { row in
      var result = try Quality.V1.InspectionResult(decoding: try row.blob(0))
      result.replaced = try row.bool(1)
      return result
    }
  }
}

/// One characteristic of one sample.
struct SampledCharacteristic: Sendable, Hashable {
  var sample: Int32
  var code: String
}
