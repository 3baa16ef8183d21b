import Values

/// What an item is.
struct ItemDefinition: Sendable, Hashable {
  var description: String
  var tracking: Tracking
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

  static let barcodeRule = TextRule(maximumLength: 128, characters: .visibleASCII)
  /// A hundred years: more is a mistake in the unit.
  static let shelfLifeRange: ClosedRange<Int64> = 0...36_500

  /// Judges the item by what it was.
  func judge(_ head: RecordHead, before: (head: RecordHead, definition: ItemDefinition)?)
    throws(ContentRejection)
  {
    guard let before, before.head.lifeCycle != .draft, before.definition.unit != unit else {
      return
    }
    throw .itemUnitChanged(head.code, unit: before.definition.unit)
  }

  /// The groups of fields in which it differs from what it was.
  func changedGroups(since before: ItemDefinition) -> Set<String> {
    var groups: Set<String> = []
    if purchaseUnit != before.purchaseUnit { groups.insert("purchase") }
    if tracking != before.tracking || shelfLifeDays != before.shelfLifeDays {
      groups.insert("quality")
    }
    if description != before.description || barcode != before.barcode {
      groups.insert("identification")
    }
    return groups
  }

  /// Whether it differs from what it was beyond these groups.
  func differsBeyondGroups(from before: ItemDefinition) -> Bool {
    isStorable != before.isStorable || unit != before.unit
  }
}
