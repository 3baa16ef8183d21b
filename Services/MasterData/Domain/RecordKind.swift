/// What kinds of records there are. The names are stored.
enum RecordKind: String, Sendable, Hashable, CaseIterable {
  /// A unit of measure.
  case unit
  /// What is made, bought or used.
  case item
}
