/// A JSON value (RFC 8259) that keeps whole numbers and floating-point numbers apart, as Python's
/// json does: Odoo answers `10.0` for a quantity and `10` for an id, and a reader may depend on it.
public enum JSONValue: Sendable, Hashable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number written without point and exponent that fits 64 bits.
  case int(Int64)
  /// Any other number; always finite.
  case double(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members by name. Of a repeated name the last one counts, as in Python.
  case object([String: JSONValue])
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// The value of a literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// The value of a literal.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// The value of a literal.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// The value of a literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// The value of a literal.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// The value of a literal.
  public init(nilLiteral: ()) { self = .null }
  /// The value of a literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}

extension JSONValue {
  /// The boolean, when it is one.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }
  /// The whole number, when it is one.
  public var intValue: Int64? {
    if case .int(let value) = self { value } else { nil }
  }
  /// The number, whole or not, when it is one.
  public var numberValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
  /// The text, when it is one.
  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }
  /// The elements, when it is a list.
  public var arrayValue: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }
  /// The members, when it is an object.
  public var objectValue: [String: JSONValue]? {
    if case .object(let value) = self { value } else { nil }
  }
  /// Whether it is `null`.
  public var isNull: Bool { self == .null }

  /// The member of this name; `nil` when there is none or this is no object.
  public subscript(name: String) -> JSONValue? { objectValue?[name] }
  /// The element at this place; `nil` when there is none or this is no list.
  public subscript(index: Int) -> JSONValue? {
    guard let elements = arrayValue, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
}
