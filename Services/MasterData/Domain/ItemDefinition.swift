import Values

/// How an item's pieces are told apart.
enum ItemTracking: Sendable, Hashable {
  case none, lot, serial
}

/// What an item is.
struct ItemDefinition: Sendable, Hashable {
  var description: String
  var tracking: ItemTracking
  /// Whether stock of it is kept.
  var isStorable: Bool
  /// The code of the unit it is counted in.
  var unit: String
  /// The code of the unit it is bought in; the same one mostly.
  var purchaseUnit: String
  /// For how many days it can be used; 0 when it does not age.
  var shelfLifeDays: Int32
  /// What its label says; empty when there is none.
  var barcode: String

  static let descriptionRule = TextRule(maximumLength: 256, characters: .visible)
  static let barcodeRule = TextRule(maximumLength: 128, characters: .visibleASCII)
  /// A hundred years: more is a mistake in the unit.
  static let shelfLifeRange: ClosedRange<Int64> = 0...36_500

  /// A unit as an item finds it.
  typealias FoundUnit = (head: RecordHead, unit: UnitDefinition)

  /// Judges the item by what it was.
  func judge(_ head: RecordHead, before: (head: RecordHead, item: ItemDefinition)?)
    throws(RecordRejection)
  {
    guard let before, before.head.lifeCycle != .draft, before.item.unit != unit else { return }
    throw .itemUnitChanged(head.code, unit: before.item.unit)
  }

  /// Judges the units that it names. A draft's may still be missing; those of an item in use are in use.
  func judge(_ head: RecordHead, unit: FoundUnit?, purchaseUnit: FoundUnit?)
    throws(RecordRejection)
  {
    if head.lifeCycle == .released {
      for (field, code, found) in [
        ("unit", self.unit, unit), ("purchase_unit", self.purchaseUnit, purchaseUnit),
      ] where found?.head.lifeCycle != .released {
        throw .unitUnknown(field: field, unit: code, found?.head.lifeCycle)
      }
    }
    guard let unit, let purchaseUnit, unit.unit.category != purchaseUnit.unit.category else {
      return
    }
    throw .unitCategory(unit: self.unit, purchaseUnit: self.purchaseUnit)
  }
}
