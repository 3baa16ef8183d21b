import Contracts
import RecordStore
import Values

/// Numbers that a device has left out.
struct NumberGap: Sendable, Hashable {
  var sourceSystem: String
  var device: String
  var first: Int64
  var last: Int64
}

/// The numbers that devices have reported, kept as stretches without a gap.
enum DeviceNumbers {
  /// Remembers the number that a fact has, if it has one.
  static func add(
    of header: Common.V1.FactHeader?, _ site: SiteCode, device: String, _ transaction: Transaction
  ) throws {
    guard let header, header.sourceSequence > 0 else { return }
    try add(
      header.sourceSequence, site, system: header.sourceSystem, device: device, transaction)
  }

  private static func add(
    _ number: Int64, _ site: SiteCode, system: String, device: String, _ transaction: Transaction
  ) throws {
    // At most one that ends just before, or has it, and one that begins just after.
    let near = try transaction.rows(
      """
      SELECT first, last FROM device_numbers
      WHERE site = ?1 AND source_system = ?2 AND device = ?3 AND first <= ?4 + 1
      ORDER BY first DESC LIMIT 2
      """, site, system, device, number
    ) { (first: try $0.int64(0), last: try $0.int64(1)) }
    let touching = near.filter { $0.last >= number - 1 }
    if touching.contains(where: { $0.first <= number && number <= $0.last }) { return }
    if touching.count == 1, let stretch = touching.first, stretch.last == number - 1 {
      // What nearly always comes: the next one.
      try transaction.execute(
        """
        UPDATE device_numbers SET last = ?
        WHERE site = ? AND source_system = ? AND device = ? AND first = ?
        """, number, site, system, device, stretch.first)
      return
    }
    for stretch in touching {
      try transaction.execute(
        """
        DELETE FROM device_numbers
        WHERE site = ? AND source_system = ? AND device = ? AND first = ?
        """, site, system, device, stretch.first)
    }
    try transaction.execute(
      """
      INSERT INTO device_numbers (site, source_system, device, first, last)
      VALUES (?, ?, ?, ?, ?)
      """, site, system, device, min(number, touching.map(\.first).min() ?? number),
      max(number, touching.map(\.last).max() ?? number))
  }

  /// The gaps by source system, device and number; an empty system is none.
  static func gaps(_ site: SiteCode, system: String, limit: Int, _ snapshot: Snapshot) throws
    -> [NumberGap]
  {
    try snapshot.rows(
      """
      SELECT source_system, device, last + 1, following - 1 FROM (
        SELECT source_system, device, last,
          lead(first) OVER (PARTITION BY source_system, device ORDER BY first) AS following
        FROM device_numbers WHERE site = ?1 AND (?2 = '' OR source_system = ?2))
      WHERE following IS NOT NULL ORDER BY source_system, device, last LIMIT ?3
      """, site, system, limit
    ) { row in
      NumberGap(
        sourceSystem: try row.text(0), device: try row.text(1), first: try row.int64(2),
        last: try row.int64(3))
    }
  }
}
