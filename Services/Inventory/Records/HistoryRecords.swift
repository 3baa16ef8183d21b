import RecordStore
import Values

/// The history of one balance in the database.
struct HistoryRecords: BalanceHistoryStore {
  let balanceID: Int64
  let snapshot: Snapshot
  /// `nil` for a history that is only read.
  let transaction: Transaction?

  /// A history to read.
  init(_ balanceID: Int64, _ snapshot: Snapshot) {
    self.balanceID = balanceID
    self.snapshot = snapshot
    transaction = nil
  }

  /// A history to write.
  init(_ balanceID: Int64, writing transaction: Transaction) {
    self.balanceID = balanceID
    snapshot = transaction
    self.transaction = transaction
  }

  func entries(from: HistoryPlace, through: HistoryPlace, limit: Int) throws -> [HistoryEntry] {
    try snapshot.rows(
      """
      SELECT occurred_at, sequence, delta FROM balance_entries
      WHERE balance_id = ? AND (occurred_at, sequence) >= (?, ?)
        AND (occurred_at, sequence) <= (?, ?)
      ORDER BY occurred_at, sequence LIMIT ?
      """, balanceID, from.occurredAt, from.sequence, through.occurredAt, through.sequence, limit
    ) { row in
      HistoryEntry(
        place: HistoryPlace(occurredAt: try row.int64(0), sequence: try row.int64(1)),
        delta: try row.int64(2))
    }
  }

  func insert(_ entry: HistoryEntry) throws {
    try transaction?.execute(
      "INSERT INTO balance_entries (balance_id, occurred_at, sequence, delta) VALUES (?, ?, ?, ?)",
      balanceID, entry.place.occurredAt, entry.place.sequence, entry.delta)
  }

  private static let blockColumns = "level, start_at, start_sequence, parts, total"

  private static func block(_ row: Row) throws -> HistoryBlock {
    HistoryBlock(
      level: try row.int(0),
      start: HistoryPlace(occurredAt: try row.int64(1), sequence: try row.int64(2)),
      count: try row.int(3), total: try row.int64(4))
  }

  func blocks(_ level: Int, from: HistoryPlace, through: HistoryPlace, limit: Int) throws
    -> [HistoryBlock]
  {
    try snapshot.rows(
      """
      SELECT \(Self.blockColumns) FROM balance_blocks
      WHERE balance_id = ? AND level = ? AND (start_at, start_sequence) >= (?, ?)
        AND (start_at, start_sequence) <= (?, ?)
      ORDER BY start_at, start_sequence LIMIT ?
      """, balanceID, level, from.occurredAt, from.sequence, through.occurredAt, through.sequence,
      limit, map: Self.block)
  }

  func block(_ level: Int, at place: HistoryPlace) throws -> HistoryBlock? {
    try snapshot.row(
      """
      SELECT \(Self.blockColumns) FROM balance_blocks
      WHERE balance_id = ? AND level = ? AND (start_at, start_sequence) <= (?, ?)
      ORDER BY start_at DESC, start_sequence DESC LIMIT 1
      """, balanceID, level, place.occurredAt, place.sequence, map: Self.block)
  }

  func insert(_ block: HistoryBlock) throws {
    try transaction?.execute(
      """
      INSERT INTO balance_blocks (balance_id, level, start_at, start_sequence, parts, total)
      VALUES (?, ?, ?, ?, ?, ?)
      """, balanceID, block.level, block.start.occurredAt, block.start.sequence, block.count,
      block.total)
  }

  func update(_ block: HistoryBlock) throws {
    try transaction?.execute(
      """
      UPDATE balance_blocks SET parts = ?, total = ?
      WHERE balance_id = ? AND level = ? AND start_at = ? AND start_sequence = ?
      """, block.count, block.total, balanceID, block.level, block.start.occurredAt,
      block.start.sequence)
  }
}

extension StoredBalance {
  /// What it was at a moment, by the events' own times and what is known of them now.
  /// - Throws: ``InventoryError/quantityOverflow(_:)``: late movements may bring more into the past than there
  ///   can be.
  func quantity(asOf moment: Instant, _ snapshot: Snapshot) throws -> Quantity {
    let history = BalanceHistory(
      HistoryRecords(balanceID, snapshot), levels: levels, count: entryCount)
    do {
      return try Quantity(millionths: try history.total(through: .end(of: moment)))
    } catch is QuantityError {
      throw InventoryError.quantityOverflow(key)
    }
  }
}
