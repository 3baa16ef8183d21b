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

  /// What a movement changes; nothing is written yet.
  /// - Throws: ``InventoryError`` when it can't be.
  func changes(
    of report: Inventory.V1.MovementReport, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> (changes: [Change], unit: String) {
    let (quantity, unit) = try inItemUnit(report, at: site, snapshot)
    let sides = [(report.fromLocation, true), (report.toLocation, false)]
    let changes = try sides.filter { !$0.0.isEmpty }.map { location, isLess in
      let key = BalanceKey(
        location: location, itemCode: report.itemCode, lot: report.lot, serial: report.serial)
      let balance = try BalanceRecords.find(site, key, snapshot)
      return try change(of: balance, key, quantity, isLess: isLess, unit, at: site)
    }
    return (changes, unit)
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
    _ changes: [Change], unit: String, occurredAt: Instant, at site: SiteCode, sequence: Int64,
    _ transaction: Transaction
  ) throws {
    if let item = changes.first?.key.itemCode,
      try BalanceRecords.unit(site, item, transaction) == nil
    {
      try BalanceRecords.setUnit(unit, of: item, site, transaction)
    }
    for change in changes {
      var balance =
        try change.balance
        ?? BalanceRecords.insert(site, change.key, changeSequence: sequence, transaction)
      var history = BalanceHistory(
        HistoryRecords(balance.balanceID, writing: transaction), levels: balance.levels,
        count: balance.entryCount)
      do {
        try history.insert(
          HistoryEntry(
            place: HistoryPlace(occurredAt: occurredAt.microseconds, sequence: sequence),
            delta: change.delta.millionths))
      } catch is QuantityError {
        throw HistoryOverflow(key: change.key)
      }
      balance.quantity = change.after
      balance.entryCount = history.count
      balance.levels = history.levels
      try BalanceRecords.update(balance, changeSequence: sequence, transaction)
    }
  }

  /// How much it is in the unit of the item's balances: that of the first movement, or of master data.
  private func inItemUnit(
    _ report: Inventory.V1.MovementReport, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> (Quantity, String) {
    let given = Amount(
      try Quantity(decimal: report.quantity?.value ?? ""), report.quantity?.unit ?? "")
    let known = CopiedReferences(site: site, snapshot: snapshot)
    let own = try BalanceRecords.unit(site, report.itemCode, snapshot)
    let unit = try own ?? known.item(report.itemCode)?.unit ?? given.unit
    if unit == given.unit { return (given.value, unit) }
    guard let from = try known.unit(given.unit), let to = try known.unit(unit),
      from.category == to.category,
      let converted = try? given.value.converted(from: from.ratio, to: to.ratio)
    else {
      throw InventoryError.unitMismatch(
        unit: given.unit, expected: unit, item: report.itemCode)
    }
    return (converted, unit)
  }
}

/// A sum within a history does not fit 64 bits. It is only found while it is written.
struct HistoryOverflow: BatchEndingError, RefusalConvertible {
  let key: BalanceKey

  var refusal: Refusal { InventoryError.quantityOverflow(key).refusal }
}
