import JSON
import Values

/// Between the values of the wire and the values of records.
enum Conversion {
  /// The values of a `create` or `write`.
  /// - Throws: Python's ValueError for unknown fields and wrong values, MissingError for ids that
  ///   are not there.
  static func written(
    _ json: JSONValue, _ model: Model, _ session: Session
  ) throws -> WrittenValues {
    guard let members = json.objectValue else {
      throw OdooError.value("Expected a dictionary of values, got \(Python.repr(json))")
    }
    var result: WrittenValues = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      let field = try model.field(name)
      switch field.kind {
      case .one2many(let comodel, _, _), .many2many(let comodel):
        result[name] = .commands(try Command.parse(value, session.model(comodel), session))
      default: result[name] = .value(try scalar(value, field, model, session))
      }
    }
    return result
  }

  private static func scalar(
    _ json: JSONValue, _ field: Field, _ model: Model, _ session: Session
  ) throws -> FieldValue {
    switch field.kind {
    case .boolean: return .boolean(isTrue(json))
    case .integer: return .integer(try integer(json))
    case .float: return .float(try bounded(number(json)))
    case .char, .date:
      if json == false || json == .null || json == "" { return .none }
      return .text(json.stringValue ?? Python.repr(json))
    case .datetime: return try instant(json)
    case .selection(let values):
      if json == false || json == .null { return .none }
      guard let text = json.stringValue, values.contains(where: { $0.value == text }) else {
        throw OdooError.value("Wrong value for \(owner(of: field, model)): \(Python.repr(json))")
      }
      return .text(text)
    case .many2one(let comodel):
      if json == false || json == .null { return .none }
      guard let id = json.intValue.map(Int.init) else {
        throw OdooError.value("Wrong value for \(model.name).\(field.name): \(Python.repr(json))")
      }
      guard session.record(comodel, id).exists else {
        throw OdooError.missing(comodel, [id], user: session.user)
      }
      return .reference(id)
    case .one2many, .many2many: return .none
    }
  }

  /// Variants inherit most fields from their template, and errors name the template.
  private static func owner(of field: Field, _ model: Model) -> String {
    model.name == "product.product"
      ? "product.template.\(field.name)" : "\(model.name).\(field.name)"
  }

  private static func isTrue(_ json: JSONValue) -> Bool {
    switch json {
    case .null, .bool(false), .int(0), .string(""), .double(0), .array([]), .object([:]): false
    default: true
    }
  }

  private static func integer(_ json: JSONValue) throws -> Int {
    switch json {
    case .bool(let flag): return flag ? 1 : 0
    case .null: return 0
    case .int(let number): return Int(number)
    case .double(let number) where abs(number) < 1e15: return Int(number)
    case .string(let text):
      guard let number = Int(text) else {
        throw OdooError.value("invalid literal for int() with base 10: '\(text)'")
      }
      return number
    default:
      throw OdooError.type("int() argument must be a string, a bytes-like object or a real number")
    }
  }

  private static func number(_ json: JSONValue) throws -> Double {
    switch json {
    case .bool(let flag): return flag ? 1 : 0
    case .null: return 0
    case .int(let number): return Double(number)
    case .double(let number): return number
    case .string(let text):
      guard let number = Double(text), number.isFinite else {
        throw OdooError.value("could not convert string to float: '\(text)'")
      }
      return number
    default: throw OdooError.type("float() argument must be a string or a real number")
    }
  }

  /// Greatest number that is kept: durations and dates computed from it still fit.
  static let maximumNumber = 1e9

  private static func bounded(_ number: Double) throws -> Double {
    guard abs(number) <= maximumNumber else {
      throw OdooError(
        name: "psycopg2.errors.NumericValueOutOfRange", message: "numeric field overflow\n")
    }
    return number
  }

  private static func instant(_ json: JSONValue) throws -> FieldValue {
    if json == false || json == .null || json == "" { return .none }
    guard let text = json.stringValue else {
      throw OdooError.type("strptime() argument 1 must be str")
    }
    return .instant(try Moment.fromValue(text))
  }

  /// The value of a field as it goes out.
  static func json(_ value: FieldValue, _ field: Field, _ session: Session) -> JSONValue {
    switch (value, field.kind) {
    case (.none, .integer): .int(0)
    case (.none, .float): .double(0)
    case (.none, .one2many), (.none, .many2many): .array([])
    case (.none, _): .bool(false)
    case (.boolean(let flag), _): .bool(flag)
    case (.integer(let number), .float): .double(Double(number))
    case (.integer(let number), _): .int(Int64(number))
    case (.float(let number), _): .double(number)
    case (.text(let text), _): .string(text)
    case (.instant(let instant), _): .string(Moment.text(instant))
    case (.reference(let id), .many2one(let comodel)):
      .array([.int(Int64(id)), .string(session.record(comodel, id).displayName)])
    case (.reference(let id), _): .int(Int64(id))
    case (.references(let ids), _): .array(ids.map { .int(Int64($0)) })
    }
  }
}
