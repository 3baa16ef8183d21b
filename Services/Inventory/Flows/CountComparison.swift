import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What was found against what the books say for that time, by all that is known now: a movement that comes
/// late changes it, before an approval and after it.
struct CountComparison {
  let stored: StoredCount
  let site: SiteCode
  let snapshot: Snapshot

  /// One line of it.
  struct Line {
    var key: BalanceKey
    var counted: Amount
    var expected: Quantity
    /// Counted without expected, in millionths.
    var variance: Quantity
  }

  /// What was counted, in the item's unit.
  func line(_ counted: Inventory.V1.CountLine) throws -> Line {
    let key = BalanceKey(
      location: stored.count.location, itemCode: counted.itemCode, lot: counted.lot,
      serial: counted.serial)
    return try line(key, counted.inItemUnit(at: site, snapshot))
  }

  private func line(_ key: BalanceKey, _ counted: Amount) throws -> Line {
    let expected =
      try BalanceRecords.find(site, key, snapshot)?.quantity(asOf: stored.asOf, snapshot) ?? .zero
    do {
      return Line(
        key: key, counted: counted, expected: expected,
        variance: try counted.value.subtracting(expected))
    } catch {
      throw InventoryError.quantityOverflow(key)
    }
  }

  /// What the books have at the location and a complete count does not name: it is not there.
  /// - Returns: up to `limit` lines, and the place after which there are more; `nil` when there are none.
  func unnamed(after balanceID: Int64, limit: Int) throws -> (lines: [Line], last: Int64?) {
    guard stored.count.complete else { return ([], nil) }
    let named = Set(
      stored.count.lines.map {
        BalanceKey(
          location: stored.count.location, itemCode: $0.itemCode, lot: $0.lot, serial: $0.serial)
      })
    let page = try BalanceRecords.list(
      site, .init(location: stored.count.location), after: balanceID, limit: limit, snapshot)
    let lines = try page.found.filter { !named.contains($0.key) }.map { balance in
      let unit = try BalanceRecords.unit(site, balance.key.itemCode, snapshot) ?? ""
      return try line(balance.key, Amount(.zero, unit))
    }
    return (lines, page.next)
  }

  /// The line of a key, `nil` when the count says nothing of it.
  func line(of key: BalanceKey) throws -> Line? {
    let named = stored.count.lines.first {
      $0.itemCode == key.itemCode && $0.lot == key.lot && $0.serial == key.serial
    }
    if let named { return try line(named) }
    guard stored.count.complete else { return nil }
    return try line(
      key, Amount(.zero, try BalanceRecords.unit(site, key.itemCode, snapshot) ?? ""))
  }
}

extension Inventory.V1.CountLine {
  /// How much was found, in the unit of the item's balances.
  func inItemUnit(at site: SiteCode, _ snapshot: Snapshot) throws -> Amount {
    try ItemUnits.convert(
      Amount(try Quantity(decimal: quantity?.value ?? ""), quantity?.unit ?? ""), of: itemCode,
      serial: serial, at: site, snapshot
    ).amount
  }
}
