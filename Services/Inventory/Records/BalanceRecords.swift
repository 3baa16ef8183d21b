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

  /// A balance that is used for the first time.
  static func insert(
    _ site: SiteCode, _ key: BalanceKey, changeSequence: Int64, _ transaction: Transaction
  ) throws -> StoredBalance {
    try transaction.execute(
      """
      INSERT INTO balances (
        site, location, item_code, lot, serial, quantity, entry_count, levels, change_sequence)
      VALUES (?, ?, ?, ?, ?, 0, 0, 0, ?)
      """, site, key.location, key.itemCode, key.lot, key.serial, changeSequence)
    return StoredBalance(
      balanceID: transaction.lastInsertedRowID, key: key, quantity: .zero, entryCount: 0,
      levels: 0, changeSequence: changeSequence)
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

  /// Balances in the order in which their keys were first used; empty filters are none.
  static func list(
    _ site: SiteCode, location: String, itemCode: String, after balanceID: Int64, limit: Int,
    _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    let filter =
      (location.isEmpty ? "" : " AND location = ?") + (itemCode.isEmpty ? "" : " AND item_code = ?")
    let values = [location, itemCode].filter { !$0.isEmpty }
    let arguments: [any SQLConvertible] = [site, balanceID] + values + [limit]
    return try snapshot.rows(
      """
      SELECT \(columns) FROM balances WHERE site = ? AND balance_id > ?\(filter)
      ORDER BY balance_id LIMIT ?
      """, arguments: arguments, map: stored)
  }

  /// The balances of an item by lot, serial number and location.
  static func of(
    _ site: SiteCode, itemCode: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    try snapshot.rows(
      """
      SELECT \(columns) FROM balances WHERE site = ? AND item_code = ?
      ORDER BY lot, serial, location LIMIT ?
      """, site, itemCode, limit, map: stored)
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
