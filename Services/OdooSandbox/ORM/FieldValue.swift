import Values

/// What a field of a record holds.
enum FieldValue: Hashable, Sendable {
  /// No value: `false` on the wire, `NULL` in the database.
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case text(String)
  case instant(Instant)
  /// The id of one record.
  case reference(Int)
  /// The ids of many records, in order.
  case references([Int])

  /// The id, when it is a reference.
  var id: Int? {
    if case .reference(let id) = self { id } else { nil }
  }
  /// The text, when it is one.
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
  /// A reference, or none.
  static func reference(_ record: Record?) -> Self { record.map { .reference($0.id) } ?? .none }
  /// References to many.
  static func references(_ records: [Record]) -> Self { .references(records.map(\.id)) }
  /// Text, or none for the empty text.
  static func optionalText(_ text: String?) -> Self {
    text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .none
  }
  /// A moment, or none.
  static func optionalInstant(_ instant: Instant?) -> Self { instant.map { .instant($0) } ?? .none }
}

/// What a caller wants a field to become.
enum WrittenValue {
  case value(FieldValue)
  /// Commands on a one2many or many2many field.
  case commands([Command])
}

/// Values by field name, as `create` and `write` take them.
typealias WrittenValues = [String: WrittenValue]
