import RecordStore

extension ArchivePlan {
  /// Closed orders with all that belongs to them. An order with the newest report stays: the next
  /// report's sequence follows from it.
  static let orders = ArchivePlan(
    name: "orders",
    due: """
      SELECT order_id, revision, site || ' ' || name, outcome_at FROM orders
      WHERE state = 5 AND archived = 0 AND outcome_at < ?1
        AND through_sequence < (SELECT max(sequence) FROM reports)
      ORDER BY outcome_at LIMIT ?2
      """,
    take: "UPDATE orders SET archived = 1 WHERE order_id = ?1 AND revision = ?2",
    tables: [
      Table("orders", key: "order_id", order: "order_id", isKept: true),
      Table("order_components", key: "order_id", order: "line"),
      Table("order_operations", key: "order_id", order: "position"),
      Table("reports", key: "order_id", order: "sequence"),
    ])
}

extension StoredOrder {
  /// Reads what belongs to the order, where it is.
  func reading<T>(_ snapshot: Snapshot, _ body: (Snapshot) throws -> T) throws -> T {
    guard isArchived else { return try body(snapshot) }
    return try snapshot.archived(.orders, key: orderID, body)
  }
}
