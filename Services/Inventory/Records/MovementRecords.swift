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
    let report = movement.report ?? .init()
    try transaction.execute(
      """
      INSERT INTO movements (
        sequence, site, movement_id, item_code, lot, from_location, to_location, order_name, state,
        content)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, sequence, site, movement.movementID, report.itemCode, report.lot, report.fromLocation,
      report.toLocation, report.orderName, Int64(movement.state.rawValue), try movement.encoded())
  }

  static func update(_ stored: StoredMovement, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE movements SET state = ?, content = ? WHERE sequence = ?",
      Int64(stored.movement.state.rawValue), try stored.movement.encoded(), stored.sequence)
  }

  /// Which movements; empty means all.
  struct Filter: Sendable {
    var itemCode = ""
    var lot = ""
    /// From it or to it.
    var location = ""
    var orderName = ""
    var state: MovementState?
  }

  /// Movements that one page looks at: what its filters leave out costs no more than that.
  static let maximumLooks = 5_000

  /// Movements in the order in which they were recorded.
  /// - Parameter looks: how many it looks at.
  /// - Returns: those of a page, and the sequence after which there may be more; `nil` when there is nothing.
  static func list(
    _ site: SiteCode, _ filter: Filter, after sequence: Int64, limit: Int,
    looks: Int = maximumLooks, _ snapshot: Snapshot
  ) throws -> (found: [StoredMovement], next: Int64?) {
    let (base, values) = base(filter, site)
    let window = try snapshot.row(
      """
      SELECT coalesce(max(sequence), 0), count(*) FROM (
        SELECT sequence FROM movements \(base) sequence > ? ORDER BY sequence LIMIT ?)
      """, arguments: values + [sequence, looks]
    ) { (end: try $0.int64(0), count: try $0.int(1)) }
    guard let window, window.count > 0 else { return ([], nil) }
    let (conditions, others) = conditions(filter)
    let found = try snapshot.rows(
      """
      SELECT sequence, content FROM movements \(base) sequence > ? AND sequence <= ? AND site = ?
        \(conditions) ORDER BY sequence LIMIT ?
      """, arguments: values + [sequence, window.end, site] + others + [limit + 1], map: stored)
    if found.count > limit { return (Array(found.prefix(limit)), found[limit - 1].sequence) }
    return (found, window.count == looks ? window.end : nil)
  }

  /// The index that leaves out the most.
  private static func base(_ filter: Filter, _ site: SiteCode) -> (String, [any SQLConvertible]) {
    func index(_ name: String, _ condition: String, _ value: any SQLConvertible)
      -> (String, [any SQLConvertible])
    { ("INDEXED BY \(name) WHERE site = ? AND \(condition) AND", [site, value]) }
    if !filter.orderName.isEmpty {
      return index("movements_by_order", "order_name = ? AND order_name <> ''", filter.orderName)
    }
    if let state = filter.state, state != .applied {
      return index("movements_by_state", "state = ? AND state <> 2", Int64(state.rawValue))
    }
    if !filter.lot.isEmpty {
      return index("movements_by_lot", "lot = ? AND lot <> ''", filter.lot)
    }
    if !filter.itemCode.isEmpty {
      return index("movements_by_item", "item_code = ?", filter.itemCode)
    }
    return ("WHERE", [])
  }

  private static func conditions(_ filter: Filter) -> (String, [any SQLConvertible]) {
    var (text, values): (String, [any SQLConvertible]) = ("", [])
    for (column, value) in [
      ("item_code", filter.itemCode), ("lot", filter.lot), ("order_name", filter.orderName),
    ] where !value.isEmpty {
      text += " AND \(column) = ?"
      values.append(value)
    }
    if !filter.location.isEmpty {
      text += " AND (from_location = ? OR to_location = ?)"
      values += [filter.location, filter.location]
    }
    if let state = filter.state {
      text += " AND state = ?"
      values.append(Int64(state.rawValue))
    }
    return (text, values)
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
