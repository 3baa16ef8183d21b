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

  /// The columns of `named_balances` that one is read from.
  static let columns = """
    balance_id, location, item_code, lot, serial, quantity, entry_count, levels, change_sequence
    """

  /// Reads one from a row of ``columns``.
  init(_ row: Row) throws {
    balanceID = try row.int64(0)
    key = BalanceKey(
      location: try row.text(1), itemCode: try row.text(2), lot: try row.text(3),
      serial: try row.text(4))
    quantity = try row.quantity(5)
    entryCount = try row.int(6)
    levels = try row.int(7)
    changeSequence = try row.int64(8)
  }
}
