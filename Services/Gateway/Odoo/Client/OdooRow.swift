import JSON
import Values

/// A record as `search_read` answers it, read field by field. A field of a wrong type makes the
/// whole answer unreadable: nothing is guessed.
struct OdooRow: Sendable {
  private let model: String
  private let members: [String: JSONValue]
  /// What Odoo's clock showed at least when it was asked; `nil` when nobody knows.
  var askedAt: Instant?

  /// The records of an answer.
  static func rows(of answer: OdooAnswer, model: String) throws(OdooFailure) -> [OdooRow] {
    guard case .result(let result) = answer, let elements = result.arrayValue else {
      throw .unreadable("\(model): a list of records was expected")
    }
    var rows: [OdooRow] = []
    rows.reserveCapacity(elements.count)
    for element in elements {
      guard let members = element.objectValue else {
        throw .unreadable("\(model): a record was expected")
      }
      rows.append(OdooRow(model: model, members: members))
    }
    return rows
  }

  /// Whether Odoo has said anything of a field.
  func has(_ field: String) -> Bool { members[field] != nil }

  /// A field as it came; `nil` when it did not.
  func value(_ field: String) -> JSONValue? { members[field] }

  /// Every field but one, as text: equal records give equal text.
  func content(without field: String) -> String {
    JSONValue.object(members.filter { $0.key != field }).text
  }

  /// The database id.
  func id() throws(OdooFailure) -> Int64 {
    guard let id = members["id"]?.intValue, id > 0 else { throw wrong("id") }
    return id
  }

  /// Text; no value (`false`) is empty.
  func text(_ field: String) throws(OdooFailure) -> String {
    switch members[field] {
    case .string(let text): return text
    case .bool(false): return ""
    default: throw wrong(field)
    }
  }

  /// A quantity; Odoo's floats are taken to the nearest millionth.
  func quantity(_ field: String) throws(OdooFailure) -> Quantity {
    guard let number = members[field]?.numberValue, let quantity = Quantity(nearest: number) else {
      throw wrong(field)
    }
    return quantity
  }

  /// A number as it is.
  func number(_ field: String) throws(OdooFailure) -> Double {
    guard let number = members[field]?.numberValue else { throw wrong(field) }
    return number
  }

  /// True or false.
  func flag(_ field: String) throws(OdooFailure) -> Bool {
    guard let flag = members[field]?.boolValue else { throw wrong(field) }
    return flag
  }

  /// The id behind a many2one field; `nil` when it has no value.
  func reference(_ field: String) throws(OdooFailure) -> Int64? {
    switch members[field] {
    case .bool(false): return nil
    case .int(let id): return id
    case .array(let pair):
      guard let id = pair.first?.intValue else { throw wrong(field) }
      return id
    default: throw wrong(field)
    }
  }

  /// The id behind a many2one field that must have a value.
  func required(_ field: String) throws(OdooFailure) -> Int64 {
    guard let id = try reference(field) else { throw wrong(field) }
    return id
  }

  /// A time in UTC; `nil` when it has no value.
  func instant(_ field: String) throws(OdooFailure) -> Instant? {
    let text = try text(field)
    if text.isEmpty { return nil }
    guard let time = CivilTime(text: text) else { throw wrong(field) }
    return time.instant
  }

  /// The field cannot be used.
  func wrong(_ field: String) -> OdooFailure {
    let shown = members[field].map { OdooWords.bounded($0.text) } ?? "missing"
    return .unreadable("\(model).\(field) is not what was expected: \(shown)")
  }
}
