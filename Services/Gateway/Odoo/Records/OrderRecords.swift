import RecordStore
import Values

/// Orders that were released, or whose release is under way.
enum OrderRecords {
  /// An order and the request that releases it.
  struct Release: Sendable, Hashable {
    var order: ReleasedOrder
    /// A serialized `ReleaseOrderRequest`: sent again with the same content until it is answered.
    var request: [UInt8]
  }

  /// Notes that an order is about to be released, and gives it a posting to be.
  static func begin(_ release: Release, site: SiteCode, _ transaction: Transaction) throws {
    let order = release.order
    try transaction.execute(
      """
      INSERT INTO odoo_orders
        (site, order_name, odoo_id, group_id, product_id, is_released, plan, request, created_at)
      VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)
      """,
      site, order.name, order.odooID, order.groupID, order.productID, order.stored,
      release.request, transaction.now)
  }

  /// Production has taken the order.
  static func released(_ name: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE odoo_orders SET is_released = 1 WHERE site = ? AND order_name = ?", site, name)
    try PostingRecords.ensure(name, site: site, transaction)
  }

  /// Production has refused the order: it is judged anew later.
  static func withdraw(_ name: String, site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM odoo_orders WHERE site = ? AND order_name = ? AND is_released = 0", site, name)
  }

  /// Releases that have not been answered, oldest first.
  static func unanswered(site: SiteCode, limit: Int, _ snapshot: Snapshot) throws -> [Release] {
    try snapshot.rows(
      """
      SELECT plan, request FROM odoo_orders WHERE site = ? AND is_released = 0
      ORDER BY created_at, order_name LIMIT ?
      """, site, limit
    ) { row in
      Release(order: try ReleasedOrder(stored: row.text(0)), request: try row.blob(1))
    }
  }

  /// The order of this name; `nil` when it was never released.
  static func order(_ name: String, site: SiteCode, _ snapshot: Snapshot) throws -> ReleasedOrder? {
    try snapshot.row(
      "SELECT plan FROM odoo_orders WHERE site = ? AND order_name = ?", site, name
    ) { try ReleasedOrder(stored: $0.text(0)) }
  }

  /// The name at release of the chain an order of Odoo belongs to; `nil` when it belongs to none.
  /// This is how the echo of our own postings is recognised: backorders share group and product,
  /// renamed orders keep their id.
  static func chain(of header: OrderHeader, site: SiteCode, _ snapshot: Snapshot) throws -> String?
  {
    try snapshot.row(
      """
      SELECT order_name FROM odoo_orders
      WHERE site = ?1 AND (odoo_id = ?2 OR (group_id = ?3 AND product_id = ?4)) LIMIT 1
      """, site, header.id, header.groupID, header.productID
    ) { try $0.text(0) }
  }
}
