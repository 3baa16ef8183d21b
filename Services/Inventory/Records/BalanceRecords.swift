import RecordStore
import Values

/// Balances in and out of the database.
enum BalanceRecords {
  /// The balance of a key, `nil` when it was never used.
  static func find(_ site: SiteCode, _ key: BalanceKey, _ snapshot: Snapshot) throws
    -> StoredBalance?
  {
    // From names to numbers to the balance: four looks, each by a whole key.
    try snapshot.row(
      """
      SELECT \(StoredBalance.columns)
      FROM items CROSS JOIN materials USING (item_id) CROSS JOIN locations
        CROSS JOIN balances USING (material_id, location_id)
      WHERE items.site = ?1 AND item_code = ?2 AND lot = ?3 AND serial = ?4
        AND locations.site = ?1 AND location = ?5
      """, site, key.itemCode, key.lot, key.serial, key.location, map: StoredBalance.init)
  }

  /// A balance with its first change; its item has a unit already. Answers its place.
  static func insert(
    _ site: SiteCode, _ key: BalanceKey, _ quantity: Quantity, changeSequence: Int64,
    _ transaction: Transaction
  ) throws -> Int64 {
    try transaction.execute(
      "INSERT OR IGNORE INTO locations (site, location) VALUES (?, ?)", site, key.location)
    try transaction.execute(
      """
      INSERT OR IGNORE INTO materials (item_id, lot, serial)
      SELECT item_id, ?, ? FROM items WHERE site = ? AND item_code = ?
      """, key.lot, key.serial, site, key.itemCode)
    try transaction.execute(
      """
      INSERT INTO balances (
        site, item_id, material_id, location_id, quantity, entry_count, levels, change_sequence)
      SELECT ?1, item_id, material_id, location_id, ?6, 1, 0, ?7
      FROM items CROSS JOIN materials USING (item_id) CROSS JOIN locations
      WHERE items.site = ?1 AND item_code = ?2 AND lot = ?3 AND serial = ?4
        AND locations.site = ?1 AND location = ?5
      """, site, key.itemCode, key.lot, key.serial, key.location, quantity, changeSequence)
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

  /// The lots that a piece has been booked in.
  static func lots(
    _ site: SiteCode, itemCode: String, serial: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [String] {
    try snapshot.rows(
      """
      SELECT lot FROM items JOIN materials USING (item_id)
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
      SELECT \(StoredBalance.columns) FROM named_balances WHERE site = ? AND change_sequence > ?
      ORDER BY change_sequence, balance_id LIMIT ?
      """, site, sequence, limit, map: StoredBalance.init)
  }

  /// Balances below zero.
  static func negative(_ site: SiteCode, limit: Int, _ snapshot: Snapshot) throws -> [StoredBalance]
  {
    try snapshot.rows(
      """
      SELECT \(StoredBalance.columns) FROM named_balances WHERE site = ? AND quantity < 0 ORDER BY balance_id LIMIT ?
      """, site, limit, map: StoredBalance.init)
  }

  /// The unit of an item's balances, `nil` before its first movement.
  static func unit(_ site: SiteCode, _ itemCode: String, _ snapshot: Snapshot) throws -> String? {
    try snapshot.row(
      "SELECT unit FROM items WHERE site = ? AND item_code = ?", site, itemCode
    ) { try $0.text(0) }
  }

  static func setUnit(
    _ unit: String, of itemCode: String, _ site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO items (site, item_code, unit) VALUES (?, ?, ?)", site, itemCode, unit)
  }
}
