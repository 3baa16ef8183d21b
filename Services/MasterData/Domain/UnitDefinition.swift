import Values

/// What a unit of measure is.
struct UnitDefinition: Sendable, Hashable {
  /// Units of one category can be converted into each other.
  var category: String
  /// How many of the category's reference unit it is.
  var ratio: UnitRatio
  /// Quantities are kept to a multiple of it.
  var rounding: Quantity

  /// What a category looks like.
  static let categoryRule = TextRule(maximumLength: 64, characters: .code)

  /// Judges a change by what the unit was. What has been counted in it stays what it was: neither may
  /// another ratio make it more, nor another category make it incomparable.
  func judge(_ head: RecordHead, before: (head: RecordHead, unit: UnitDefinition)?)
    throws(RecordRejection)
  {
    guard let before, before.head.lifeCycle != .draft else { return }
    if before.unit.category != category || before.unit.ratio != ratio {
      throw .unitChanged(head.code)
    }
  }
}
