import Values

/// What a unit of measure is.
struct UnitDefinition: Sendable, Hashable {
  /// Units of one category can be converted into each other.
  var category: String
  /// How many of the category's reference unit it is.
  var ratio: UnitRatio
  /// Quantities are kept to a multiple of it.
  var rounding: Quantity

  /// Judges a change by what the unit was. What has been counted in it stays what it was: neither may
  /// another ratio make it more, nor another category make it incomparable.
  func judge(_ head: RecordHead, before: (head: RecordHead, definition: UnitDefinition)?)
    throws(ContentRejection)
  {
    guard let before, before.head.lifeCycle != .draft else { return }
    if before.definition.category != category || before.definition.ratio != ratio {
      throw .unitChanged(head.code)
    }
  }
}
