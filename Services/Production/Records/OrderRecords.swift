import RecordStore
import Values

/// Orders in and out of the database.
struct OrderRecords: Sendable {
  private let definitions = DefinitionCache()

  /// The order of a key, `nil` when there is none.
  func find(_ key: OrderKey, _ snapshot: Snapshot) throws -> StoredOrder? {
    let head = try snapshot.row(
      "SELECT \(OrderColumns.list) FROM orders WHERE site = ? AND name = ?", key.site, key.name,
      map: OrderColumns.head)
    return try head.map { try complete($0, snapshot) }
  }

  /// The order of a key.
  /// - Throws: ``ProductionError/orderNotFound(_:)``.
  func require(_ key: OrderKey, _ snapshot: Snapshot) throws -> StoredOrder {
    guard let stored = try find(key, snapshot) else { throw ProductionError.orderNotFound(key) }
    return stored
  }

  /// A site's orders by name, after a name; only those in `states` unless it is empty.
  func list(
    _ site: SiteCode, states: [OrderState], after name: String, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredOrder] {
    let places = states.map { _ in "?" }.joined(separator: ", ")
    let filter = states.isEmpty ? "" : " AND state IN (\(places))"
    let arguments: [any SQLConvertible] = [site, name] + states.map(\.rawValue) + [limit]
    return try snapshot.rows(
      """
      SELECT \(OrderColumns.list) FROM orders WHERE site = ? AND name > ?\(filter)
      ORDER BY name LIMIT ?
      """,
      arguments: arguments, map: OrderColumns.head
    ).map { try complete($0, snapshot) }
  }

  /// A site's orders that have changed after a sequence, in the order of their last change.
  func changed(_ site: SiteCode, after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [StoredOrder]
  {
    try snapshot.rows(
      """
      SELECT \(OrderColumns.list) FROM orders WHERE site = ? AND change_sequence > ?
      ORDER BY change_sequence LIMIT ?
      """,
      site, sequence, limit, map: OrderColumns.head
    ).map { try complete($0, snapshot) }
  }

  private func complete(_ head: OrderColumns.Head, _ snapshot: Snapshot) throws -> StoredOrder {
    var stored = StoredOrder(head)
    let definition = try definition(of: stored, snapshot)
    stored.order.definition = definition
    if definition.operations.count > 1 {
      stored.order.totals.otherOperations = try stored.reading(snapshot) {
        try Self.otherOperations(head.orderID, $0)
      }
    }
    return stored
  }

  private func definition(of stored: StoredOrder, _ snapshot: Snapshot) throws -> OrderDefinition {
    if let cached = definitions[stored.content] { return cached }
    var definition = stored.order.definition
    try stored.reading(snapshot) { source in
      definition.components = try Self.components(stored.orderID, source)
      definition.operations = try Self.operations(stored.orderID, source)
    }
    definitions.remember(definition, stored.content)
    return definition
  }

  private static func components(_ orderID: Int64, _ snapshot: Snapshot) throws -> [ComponentLine] {
    try snapshot.rows(
      """
      SELECT line, item_code, demand, unit, unit_rounding, operation, tracking
      FROM order_components WHERE order_id = ? ORDER BY line
      """,
      orderID
    ) { row in
      ComponentLine(
        line: try row.int64(0), itemCode: try row.text(1),
        demand: Amount(try row.quantity(2), try row.text(3)), unitRounding: try row.quantity(4),
        operation: try row.text(5), tracking: try row.tracking(6))
    }
  }

  private static func operations(_ orderID: Int64, _ snapshot: Snapshot) throws -> [OperationStep] {
    try snapshot.rows(
      """
      SELECT code, position, work_center_code, expected_duration_seconds
      FROM order_operations WHERE order_id = ? ORDER BY position
      """,
      orderID
    ) { row in
      OperationStep(
        code: try row.text(0), position: try row.int64(1), workCenterCode: try row.text(2),
        expectedDurationSeconds: try row.int64(3))
    }
  }

  private static func otherOperations(_ orderID: Int64, _ snapshot: Snapshot) throws
    -> [String: Output]
  {
    let rows = try snapshot.rows(
      """
      SELECT code, good, scrap FROM order_operations
      WHERE order_id = ? AND (good > 0 OR scrap > 0)
      """,
      orderID
    ) { row in
      (try row.text(0), Output(good: try row.quantity(1), scrap: try row.quantity(2)))
    }
    return Dictionary(uniqueKeysWithValues: rows)
  }
}
