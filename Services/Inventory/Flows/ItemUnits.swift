import RecordStore
import ServiceKit
import Values

/// In which unit an item's balances are counted: that of its first movement at the site, or before it that of
/// master data.
enum ItemUnits {
  /// How much it is in that unit.
  /// - Returns: the amount, and whether the item has no unit at the site yet.
  /// - Throws: ``InventoryError/unitMismatch(unit:expected:item:)`` when it does not convert exactly, or when a
  ///   piece would be more than one.
  static func convert(
    _ given: Amount, of itemCode: String, serial: String, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> (amount: Amount, isFirst: Bool) {
    let known = CopiedReferences(site: site, snapshot: snapshot)
    let own = try BalanceRecords.unit(site, itemCode, snapshot)
    let unit = try own ?? known.item(itemCode)?.unit ?? given.unit
    if unit == given.unit { return (given, own == nil) }
    guard let from = try known.unit(given.unit), let to = try known.unit(unit),
      from.category == to.category,
      let converted = try? given.value.converted(from: from.ratio, to: to.ratio),
      serial.isEmpty || converted == given.value
    else {
      throw InventoryError.unitMismatch(unit: given.unit, expected: unit, item: itemCode)
    }
    return (Amount(converted, unit), own == nil)
  }
}
