import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Brings movements into the balances: now, and at their own place in history.
struct BalanceBook: Sendable {
  let policies: [SiteCode: SitePolicy]

  /// A change of one balance that is about to be made.
  struct Change {
    var balance: StoredBalance?
    var key: BalanceKey
    var delta: Quantity
    var after: Quantity
  }

  /// What a movement changes.
  struct Plan {
    /// One or two: what it leaves and where it goes.
    var changes: [Change]
    /// How much moves, in the item's unit.
    var amount: Amount
    /// Whether the item has had no unit so far.
    var isFirstOfItem: Bool
  }

  /// What a movement changes; nothing is written yet.
  /// - Throws: ``InventoryError`` when it can't be.
  func plan(
    _ report: Inventory.V1.MovementReport, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> Plan {
    let given = Amount(
      try Quantity(decimal: report.quantity?.value ?? ""), report.quantity?.unit ?? "")
    let (amount, isFirst) = try ItemUnits.convert(
      given, of: report.itemCode, serial: report.serial, at: site, snapshot)
    let sides = [(report.fromLocation, true), (report.toLocation, false)]
    let changes = try sides.filter { !$0.0.isEmpty }.map { location, isLess in
      let key = BalanceKey(
        location: location, itemCode: report.itemCode, lot: report.lot, serial: report.serial)
      let balance = try BalanceRecords.find(site, key, snapshot)
      return try change(of: balance, key, amount.value, isLess: isLess, amount.unit, at: site)
    }
    return Plan(changes: changes, amount: amount, isFirstOfItem: isFirst)
  }

  private func change(
    of balance: StoredBalance?, _ key: BalanceKey, _ quantity: Quantity, isLess: Bool,
    _ unit: String, at site: SiteCode
  ) throws -> Change {
    let before = balance?.quantity ?? .zero
    do {
      let delta = isLess ? try Quantity.zero.subtracting(quantity) : quantity
      let after = try before.adding(delta)
      if isLess, after.isNegative, policies[site]?.negativeStock == .refuse {
        throw InventoryError.negativeStock(
          key, balance: before.description, change: quantity.description, unit: unit)
      }
      return Change(balance: balance, key: key, delta: delta, after: after)
    } catch is QuantityError {
      throw InventoryError.quantityOverflow(key)
    }
  }

  /// Writes what a movement changes.
  /// - Parameter sequence: of the event that tells of it.
  func apply(
    _ plan: Plan, occurredAt: Instant, at site: SiteCode, sequence: Int64,
    _ transaction: Transaction
  ) throws {
    if plan.isFirstOfItem, let item = plan.changes.first?.key.itemCode {
      try BalanceRecords.setUnit(plan.amount.unit, of: item, site, transaction)
    }
    let moment = occurredAt.microseconds
    for change in plan.changes {
      let entry = HistoryEntry(
        place: HistoryPlace(occurredAt: moment, sequence: sequence), delta: change.delta.millionths)
      guard var balance = change.balance else {
        let id = try BalanceRecords.insert(
          site, change.key, change.after, changeSequence: sequence, transaction)
        try HistoryRecords(id, writing: transaction).insert(entry)
        continue
      }
      var history = BalanceHistory(
        HistoryRecords(balance.balanceID, writing: transaction), levels: balance.levels,
        count: balance.entryCount)
      do {
        try history.insert(entry)
      } catch is QuantityError {
        throw HistoryOverflow(key: change.key)
      }
      balance.quantity = change.after
      balance.entryCount = history.count
      balance.levels = history.levels
      try BalanceRecords.update(balance, changeSequence: sequence, transaction)
    }
  }
}

/// A sum within a history does not fit 64 bits. It is only found while it is written.
struct HistoryOverflow: BatchEndingError, RefusalConvertible {
  let key: BalanceKey

  var refusal: Refusal { InventoryError.quantityOverflow(key).refusal }
}
