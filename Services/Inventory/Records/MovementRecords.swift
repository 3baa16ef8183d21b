import Contracts
import Protobuf
import RecordStore
import Values

/// A movement with its place in the records.
struct StoredMovement: Sendable {
  let sequence: Int64
  var movement: Inventory.V1.Movement
}

/// Movements in and out of the database.
enum MovementRecords {
  private static func stored(_ row: Row) throws -> StoredMovement {
    StoredMovement(
      sequence: try row.int64(0),
      movement: try Inventory.V1.Movement(decoding: try row.blob(1)))
  }

  /// The movement of an identifier.
  /// - Throws: ``InventoryError/movementNotFound(_:)``.
  static func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws -> StoredMovement
  {
    let found = try snapshot.row(
      "SELECT sequence, content FROM movements WHERE movement_id = ? AND site = ?", id, site,
      map: stored)
    guard let found else { throw InventoryError.movementNotFound(id) }
    return found
  }

  static func insert(
    _ movement: Inventory.V1.Movement, sequence: Int64, _ site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO movements (sequence, site, movement_id, item_code, state, content)
      VALUES (?, ?, ?, ?, ?, ?)
      """, sequence, site, movement.movementID, movement.report?.itemCode ?? "",
      Int64(movement.state.rawValue), try movement.encoded())
  }

  static func update(_ stored: StoredMovement, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE movements SET state = ?, content = ? WHERE sequence = ?",
      Int64(stored.movement.state.rawValue), try stored.movement.encoded(), stored.sequence)
  }

  /// Movements in the order in which they were recorded; an empty item is none.
  static func list(
    _ site: SiteCode, itemCode: String, quarantined: Bool, after sequence: Int64, limit: Int,
    _ snapshot: Snapshot
  ) throws -> [StoredMovement] {
    let filter =
      (itemCode.isEmpty ? "" : " AND item_code = ?") + (quarantined ? " AND state = 3" : "")
    let arguments: [any SQLConvertible] =
      [site, sequence] + (itemCode.isEmpty ? [] : [itemCode]) + [limit]
    return try snapshot.rows(
      """
      SELECT sequence, content FROM movements WHERE site = ? AND sequence > ?\(filter)
      ORDER BY sequence LIMIT ?
      """, arguments: arguments, map: stored)
  }

  /// The suppliers that a material has come from.
  static func suppliers(
    _ site: SiteCode, itemCode: String, lot: String, serial: String, _ snapshot: Snapshot
  ) throws -> [String] {
    // A piece has come with its lot, too.
    try snapshot.rows(
      """
      SELECT supplier_code FROM material_suppliers
      WHERE site = ?1 AND item_code = ?2 AND lot = ?3 AND serial IN (?4, '')
      """, site, itemCode, lot, serial
    ) { try $0.text(0) }
  }

  static func addSupplier(
    _ supplier: String, _ site: SiteCode, itemCode: String, lot: String, serial: String,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT OR IGNORE INTO material_suppliers (site, item_code, lot, serial, supplier_code)
      VALUES (?, ?, ?, ?, ?)
      """, site, itemCode, lot, serial, supplier)
  }
}
