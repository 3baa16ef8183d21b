import RecordStore
import Values

/// Lists of balances: pages of all of them, and what is there.
extension BalanceRecords {
  /// Which balances; empty means all.
  struct Filter: Sendable {
    var location = ""
    var itemCode = ""
    /// Only with an item.
    var lot = ""
  }

  /// Balances of a location that one page looks at: what its filters leave out costs no more than that.
  static let maximumLooks = 5_000

  /// Balances: of an item by lot, serial number and location, others in the order of their first movements.
  /// - Parameters:
  ///   - last: the place of the balance after which to begin; 0 for the first ones.
  ///   - looks: how many of a location it looks at.
  /// - Returns: those of a page, and the place after which there may be more; `nil` when there is nothing.
  static func list(
    _ site: SiteCode, _ filter: Filter, after last: Int64, limit: Int, looks: Int = maximumLooks,
    _ snapshot: Snapshot
  ) throws -> (found: [StoredBalance], next: Int64?) {
    if !filter.location.isEmpty {
      return try atLocation(site, filter, after: last, limit: limit, looks: looks, snapshot)
    }
    let found =
      filter.itemCode.isEmpty
      ? try snapshot.rows(
        """
        SELECT \(StoredBalance.columns) FROM named_balances
        WHERE site = ? AND balance_id > ? ORDER BY balance_id LIMIT ?
        """, site, last, limit + 1, map: StoredBalance.init)
      : try ofItem(site, filter, after: last, limit: limit + 1, snapshot)
    return page(found, limit)
  }

  private static func page(_ found: [StoredBalance], _ limit: Int)
    -> (found: [StoredBalance], next: Int64?)
  {
    (Array(found.prefix(limit)), found.count > limit ? found[limit - 1].balanceID : nil)
  }

  private static func ofItem(
    _ site: SiteCode, _ filter: Filter, after last: Int64, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    // What is behind the last one: more of its material, then the materials that follow.
    let from =
      filter.lot.isEmpty
      ? "(lot, serial) >= (coalesce((SELECT lot FROM last), ?4), coalesce((SELECT serial FROM last), ''))"
      : "lot = ?4 AND serial >= coalesce((SELECT serial FROM last), '')"
    return try snapshot.rows(
      """
      WITH last AS (
        SELECT material_id, location_id, lot, serial FROM named_balances WHERE balance_id = ?3)
      SELECT \(StoredBalance.columns)
      FROM items CROSS JOIN materials USING (item_id) CROSS JOIN balances USING (material_id)
        CROSS JOIN locations USING (location_id)
      WHERE items.site = ?1 AND item_code = ?2 AND \(from)
        AND (material_id IS NOT (SELECT material_id FROM last)
          OR location_id > (SELECT location_id FROM last))
      ORDER BY lot, serial, location_id LIMIT ?5
      """, site, filter.itemCode, last, filter.lot, limit, map: StoredBalance.init)
  }

  private static func atLocation(
    _ site: SiteCode, _ filter: Filter, after last: Int64, limit: Int, looks: Int,
    _ snapshot: Snapshot
  ) throws -> (found: [StoredBalance], next: Int64?) {
    let window = try snapshot.row(
      """
      SELECT coalesce(max(balance_id), 0), count(*) FROM (
        SELECT balance_id FROM locations CROSS JOIN balances USING (location_id)
        WHERE locations.site = ? AND location = ? AND balance_id > ? ORDER BY balance_id LIMIT ?)
      """, site, filter.location, last, looks
    ) { (end: try $0.int64(0), count: try $0.int(1)) }
    guard let window, window.count > 0 else { return ([], nil) }
    let found = try snapshot.rows(
      """
      SELECT \(StoredBalance.columns) FROM locations CROSS JOIN balances USING (location_id)
        CROSS JOIN materials USING (material_id) CROSS JOIN items ON items.item_id = balances.item_id
      WHERE locations.site = ?1 AND location = ?2 AND balance_id > ?3 AND balance_id <= ?4
        AND (?5 = '' OR item_code = ?5) AND (?6 = '' OR lot = ?6)
      ORDER BY balance_id LIMIT ?7
      """, site, filter.location, last, window.end, filter.itemCode, filter.lot, limit + 1,
      map: StoredBalance.init)
    if found.count > limit { return page(found, limit) }
    return (found, window.count == looks ? window.end : nil)
  }

  /// The balances of an item that are not zero; an empty lot or location is no filter.
  static func there(
    _ site: SiteCode, _ filter: Filter, limit: Int, _ snapshot: Snapshot
  ) throws -> [StoredBalance] {
    let arguments: [any SQLConvertible] = [site, filter.itemCode, filter.lot, limit]
    let isAtLocation =
      "AND location_id = (SELECT location_id FROM locations WHERE site = ?1 AND location = ?5)"
    return try snapshot.rows(
      """
      SELECT \(StoredBalance.columns)
      FROM items CROSS JOIN balances INDEXED BY balances_there USING (item_id)
        CROSS JOIN materials USING (material_id) CROSS JOIN locations USING (location_id)
      WHERE items.site = ?1 AND item_code = ?2 AND quantity <> 0 AND (?3 = '' OR lot = ?3)
        \(filter.location.isEmpty ? "" : isAtLocation) LIMIT ?4
      """, arguments: arguments + (filter.location.isEmpty ? [] : [filter.location]),
      map: StoredBalance.init)
  }
}
