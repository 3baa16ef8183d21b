import RecordStore
import Values

/// A balance with its place in the records.
struct StoredBalance: Sendable {
  let balanceID: Int64
  let key: BalanceKey
  var quantity: Quantity
  var entryCount: Int
  var levels: Int
  let changeSequence: Int64
}

/// Balances in and out of the database.
enum BalanceRecords {
  private static let columns = """
    balance_id, location, item_code, lot, serial, quantity, entry_count, levels, change_sequence
    """

  private static func stored(_ row: Row) throws -> StoredBalance {
    StoredBalance(
      balanceID: try row.int64(0),
      key: BalanceKey(
        location: try row.text(1), itemCode: try row.text(2), lot: try row.text(3),
        serial: try row.text(4)), quantity: try row.quantity(5), entryCount: try row.int(6),
      levels: try row.int(7), changeSequence: try row.int64(8))
  }

  /// The balance of a key, `nil` when it was never used.
  static func find(_ site: SiteCode, _ key: BalanceKey, _ snapshot: Snapshot) throws
    -> StoredBalance?
  {
    try snapshot.row(
      """
      SELECT \(columns) FROM balances
      WHERE site = ? AND item_code = ? AND lot = ? AND serial = ? AND location = ?
      """, site, key.itemCode, key.lot, key.serial, key.location, map: stored)
  }

  /// A balance with its first change. Answers its place.
  static func insert(
    _ site: SiteCode, _ key: BalanceKey, _ quantity: Quantity, changeSequence: Int64,
    _ transaction: Transaction
  ) throws -> Int64 {
    try transaction.execute(
      """
      INSERT INTO balances (
        site, location, item_code, lot, serial, quantity, entry_count, levels, change_sequence)
      VALUES (?, ?, ?, ?, ?, ?, 1, 0, ?)
      """, site, key.location, key.itemCode, key.lot, key.serial, quantity, changeSequence)
    return transaction.lastInsertedRowID
  }

  static func update(
    _ balance: StoredBalance, changeSequence: Int64, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE balances SET quantity = ?, entry_count = ?, levels = ?, change_sequence = ?
      WHERE balance_id = ?
      """, balance.quantity, Int64(balance.entryCount), Int64(balance.levels), changeSequence,
      balance.balanceID)
  }

  /// Which balances; empty means all.
  struct Filter: Sendable {
    var location = ""
    var itemCode = ""
    /// Only with an item.
    var lot = ""
  }

  /// Balances by item, lot, serial number and location.
  /// - Parameter last: the place of the balance after which to begin; 0 for the first ones.
  static func list(
    _ site: SiteCode, _ filter: Filter, after last: Int64, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    let fixed = [
      ("item_code", filter.itemCode), ("lot", filter.lot), ("location", filter.location),
    ].filter { !$0.1.isEmpty }
    let order = ["item_code", "lot", "serial", "location"].filter { column in
      !fixed.contains { $0.0 == column }
    }
    var conditions = fixed.map { " AND \($0.0) = ?" }.joined()
    var arguments: [any SQLConvertible] = [site] + fixed.map(\.1)
    if last > 0 {
      guard
        let key = try snapshot.row(
          "SELECT \(columns) FROM balances WHERE balance_id = ?", last, map: stored)?.key
      else { return [] }
      conditions += " AND (\(order.joined(separator: ", "))) > "
      conditions += "(\(order.map { _ in "?" }.joined(separator: ", ")))"
      let values = [
        "item_code": key.itemCode, "lot": key.lot, "serial": key.serial, "location": key.location,
      ]
      arguments += order.map { values[$0] ?? "" }
    }
    return try snapshot.rows(
      """
      SELECT \(columns) FROM balances WHERE site = ?\(conditions)
      ORDER BY \(order.joined(separator: ", ")) LIMIT ?
      """, arguments: arguments + [limit], map: stored)
  }

  /// The balances of an item that are not zero; an empty lot or location is no filter.
  static func there(
    _ site: SiteCode, _ filter: Filter, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    let fixed = [("lot", filter.lot), ("location", filter.location)].filter { !$0.1.isEmpty }
    let conditions = fixed.map { " AND \($0.0) = ?" }.joined()
    let arguments: [any SQLConvertible] = [site, filter.itemCode] + fixed.map(\.1)
    return try snapshot.rows(
      """
      SELECT \(columns) FROM balances
      WHERE site = ? AND item_code = ? AND quantity <> 0\(conditions) LIMIT ?
      """, arguments: arguments + [limit], map: stored)
  }

  /// The lots that a piece has been booked in.
  static func lots(
    _ site: SiteCode, itemCode: String, serial: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [String] {
    try snapshot.rows(
      """
      SELECT DISTINCT lot FROM balances
      WHERE site = ? AND item_code = ? AND serial = ? AND serial <> '' LIMIT ?
      """, site, itemCode, serial, limit
    ) { try $0.text(0) }
  }

  /// Balances that have changed after a sequence, in the order of their last change.
  static func changed(
    _ site: SiteCode, after sequence: Int64, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    try snapshot.rows(
      """
      SELECT \(columns) FROM balances WHERE site = ? AND change_sequence > ?
      ORDER BY change_sequence, balance_id LIMIT ?
      """, site, sequence, limit, map: stored)
  }

  /// Balances below zero.
  static func negative(_ site: SiteCode, limit: Int, _ snapshot: Snapshot) throws -> [StoredBalance]
  {
    try snapshot.rows(
      """
      SELECT \(columns) FROM balances WHERE site = ? AND quantity < 0 ORDER BY balance_id LIMIT ?
      """, site, limit, map: stored)
  }

  /// The unit of an item's balances, `nil` before its first movement.
  static func unit(_ site: SiteCode, _ itemCode: String, _ snapshot: Snapshot) throws -> String? {
    try snapshot.row(
      "SELECT unit FROM item_units WHERE site = ? AND item_code = ?", site, itemCode
    ) { try $0.text(0) }
  }

  static func setUnit(
    _ unit: String, of itemCode: String, _ site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO item_units (site, item_code, unit) VALUES (?, ?, ?)", site, itemCode, unit)
  }
}
