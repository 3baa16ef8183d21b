import JSON
import RecordStore

/// What records name: each other, and what only one of them may have at a time.
enum RecordLinks {
  /// Stores which records a record names, in place of those before.
  static func put(
    _ key: RecordKey, names references: [(role: String, to: RecordKey)], isNew: Bool,
    _ transaction: Transaction
  ) throws {
    if !isNew {
      try transaction.execute(
        "DELETE FROM record_references WHERE kind = ? AND site = ? AND code = ?",
        key.kind.rawValue, key.site, key.code)
    }
    for reference in references {
      try transaction.execute(
        """
        INSERT OR IGNORE INTO record_references
          (kind, site, code, role, to_kind, to_site, to_code) VALUES (?, ?, ?, ?, ?, ?, ?)
        """, key.kind.rawValue, key.site, key.code, reference.role, reference.to.kind.rawValue,
        reference.to.site, reference.to.code)
    }
  }

  /// A record in use that names this one, `nil` when none does.
  static func user(of key: RecordKey, _ snapshot: Snapshot) throws -> RecordKey? {
    try snapshot.row(
      """
      SELECT kind, site, code FROM record_references JOIN records USING (kind, site, code)
      WHERE to_kind = ? AND to_code = ? AND to_site = ? AND life_cycle = 'released'
        AND NOT (kind = to_kind AND code = to_code)
      LIMIT 1
      """, key.kind.rawValue, key.code, key.site
    ) { row in
      RecordKey(try MasterRecords.kind(of: row, 0), site: try row.text(1), try row.text(2))
    }
  }

  /// The records in use that name this one for something.
  static func users(of key: RecordKey, as role: String, _ snapshot: Snapshot) throws -> [RecordKey]
  {
    try snapshot.rows(
      """
      SELECT kind, site, code FROM record_references JOIN records USING (kind, site, code)
      WHERE to_kind = ? AND to_code = ? AND to_site = ? AND role = ? AND life_cycle = 'released'
      ORDER BY code LIMIT 1000
      """, key.kind.rawValue, key.code, key.site, role
    ) { row in
      RecordKey(try MasterRecords.kind(of: row, 0), site: try row.text(1), try row.text(2))
    }
  }

  /// Gives a record names, in place of those before.
  static func put(_ key: RecordKey, name: String, isNew: Bool, _ transaction: Transaction) throws {
    if !isNew {
      try transaction.execute(
        "DELETE FROM record_names WHERE kind = ? AND site = ? AND code = ?", key.kind.rawValue,
        key.site, key.code)
    }
    guard !name.isEmpty else { return }
    try transaction.execute(
      "INSERT INTO record_names (kind, site, name, code) VALUES (?, ?, ?, ?)",
      key.kind.rawValue, key.site, name, key.code)
  }

  /// Which other records of the kind have a name.
  static func others(named name: String, than key: RecordKey, _ snapshot: Snapshot) throws
    -> [String]
  {
    try snapshot.rows(
      """
      SELECT code FROM record_names WHERE kind = ? AND site = ? AND name = ? AND code <> ?
      ORDER BY code LIMIT 10000
      """, key.kind.rawValue, key.site, name, key.code
    ) { try $0.text(0) }
  }

  /// How many items one gets to from some items by what released bills of a site say they are made of,
  /// and whether a certain one is among them.
  /// - Parameter limit: where it stops.
  static func below(
    _ parts: Set<String>, finding item: String, limit: Int, site: String, _ snapshot: Snapshot
  ) throws -> (count: Int, isFound: Bool) {
    // One argument for all of them: SQLite takes 500 terms of VALUES, and a bill as many lines.
    let seed = JSONValue.array(parts.sorted().map { .string($0) }).text
    return try snapshot.row(
      """
      WITH RECURSIVE below (item) AS (
        SELECT value FROM json_each(?)
        UNION
        SELECT line.to_code FROM below
          JOIN record_references AS made
            ON made.to_kind = 'item' AND made.to_code = below.item AND made.to_site = ''
            AND made.role = 'item' AND made.kind = 'bill_of_material' AND made.site = ?
          JOIN records AS bill
            ON bill.kind = made.kind AND bill.site = made.site AND bill.code = made.code
            AND bill.life_cycle = 'released'
          JOIN record_references AS line
            ON line.kind = made.kind AND line.site = made.site AND line.code = made.code
            AND line.role = 'lines.item'
        LIMIT ?
      )
      SELECT count(*), coalesce(max(item = ?), 0) FROM below
      """, seed, site, limit, item
    ) { (try $0.int(0), try $0.bool(1)) } ?? (0, false)
  }

  /// How many locations are above one, itself among them, and whether a certain one is.
  /// - Parameter limit: where it stops.
  static func above(
    _ lower: String, finding location: RecordKey, limit: Int, _ snapshot: Snapshot
  ) throws -> (count: Int, isFound: Bool) {
    try snapshot.row(
      """
      WITH RECURSIVE above (code) AS (
        VALUES (?)
        UNION
        SELECT to_code FROM above JOIN record_references
          ON kind = 'location' AND site = ? AND record_references.code = above.code
          AND role = 'parent'
        LIMIT ?
      )
      SELECT count(*), coalesce(max(code = ?), 0) FROM above
      """, lower, location.site, limit, location.code
    ) { (try $0.int(0), try $0.bool(1)) } ?? (0, false)
  }
}
