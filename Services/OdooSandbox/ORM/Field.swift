import JSON
import Values

/// One field of a model.
struct Field {
  /// What it holds.
  enum Kind {
    case char
    case boolean
    case integer
    /// Rounded half away from zero to so many decimals when written; `nil` keeps the number as it
    /// is.
    case float(digits: Int?)
    case datetime
    case date
    case selection([(value: String, label: String)])
    case many2one(String)
    case one2many(String, inverse: String, including: (@Sendable (Record) -> Bool)?)
    case many2many(String)

    /// Odoo's name of the kind.
    var name: String {
      switch self {
      case .char: "char"
      case .boolean: "boolean"
      case .integer: "integer"
      case .float: "float"
      case .datetime: "datetime"
      case .date: "date"
      case .selection: "selection"
      case .many2one: "many2one"
      case .one2many: "one2many"
      case .many2many: "many2many"
      }
    }

    /// The model at the other end of a relation.
    var comodel: String? {
      switch self {
      case .many2one(let model), .one2many(let model, _, _), .many2many(let model): model
      default: nil
      }
    }
  }

  let name: String
  let label: String
  let kind: Kind
  var isRequired = false
  /// What happens to this record when the one it refers to is deleted; see ``Deletion``.
  var isCascading = false
  var isReadonly = false
  /// A field that is worked out at every reading and not kept.
  var compute: (@Sendable (Record) -> FieldValue)?
  /// The reference to the record that keeps this field; it is only read here.
  var delegate: String?
  /// A kept field that is worked out anew after one of its sources changed; `nil` keeps the value.
  var recompute: (@Sendable (Record) -> FieldValue?)?
  /// The value of a new record when none is given.
  var initial: (@Sendable (Session) -> FieldValue)?

  var isStored: Bool {
    if case .one2many = kind { return false }
    return compute == nil
  }

  /// A field that must be given.
  var required: Field {
    var copy = self
    copy.isRequired = true
    return copy
  }
  /// A reference to what this record is a part of: it goes along.
  var cascading: Field {
    var copy = self
    copy.isCascading = true
    return copy
  }
  /// A field that people cannot write in forms.
  var readonly: Field {
    var copy = self
    copy.isReadonly = true
    return copy
  }
  /// A field with a start value.
  func starting(_ value: FieldValue) -> Field { starting { _ in value } }
  /// A field with a start value that depends on the session.
  func starting(_ value: @escaping @Sendable (Session) -> FieldValue) -> Field {
    var copy = self
    copy.initial = value
    return copy
  }
  /// A field worked out at every reading.
  func computed(_ body: @escaping @Sendable (Record) -> FieldValue) -> Field {
    var copy = self
    copy.compute = body
    copy.isReadonly = true
    return copy
  }
  /// A kept field worked out after its sources changed.
  func recomputed(_ body: @escaping @Sendable (Record) -> FieldValue?) -> Field {
    var copy = self
    copy.recompute = body
    return copy
  }
}

extension Field {
  /// Decimals of quantities ("Product Unit of Measure" in a fresh Odoo).
  static let quantityDigits = 2

  static func char(_ name: String, _ label: String) -> Field {
    .init(name: name, label: label, kind: .char)
  }
  static func boolean(_ name: String, _ label: String) -> Field {
    .init(name: name, label: label, kind: .boolean)
  }
  static func integer(_ name: String, _ label: String) -> Field {
    .init(name: name, label: label, kind: .integer)
  }
  static func float(_ name: String, _ label: String, digits: Int? = nil) -> Field {
    .init(name: name, label: label, kind: .float(digits: digits))
  }
  static func quantity(_ name: String, _ label: String) -> Field {
    .float(name, label, digits: quantityDigits)
  }
  static func datetime(_ name: String, _ label: String) -> Field {
    .init(name: name, label: label, kind: .datetime)
  }
  static func date(_ name: String, _ label: String) -> Field {
    .init(name: name, label: label, kind: .date)
  }
  static func selection(
    _ name: String, _ label: String, _ values: KeyValuePairs<String, String>
  ) -> Field {
    .init(
      name: name, label: label, kind: .selection(values.map { (value: $0.key, label: $0.value) }))
  }
  static func many2one(_ name: String, _ label: String, _ model: String) -> Field {
    .init(name: name, label: label, kind: .many2one(model))
  }
  static func one2many(
    _ name: String, _ label: String, _ model: String, by inverse: String,
    including: (@Sendable (Record) -> Bool)? = nil
  ) -> Field {
    .init(name: name, label: label, kind: .one2many(model, inverse: inverse, including: including))
  }
  static func many2many(_ name: String, _ label: String, _ model: String) -> Field {
    .init(name: name, label: label, kind: .many2many(model))
  }

  /// The fields every model has.
  static let automatic: [Field] = [
    Field.integer("id", "ID").readonly,
    Field.char("display_name", "Display Name").computed { .text($0.displayName) },
    Field.many2one("create_uid", "Created by", "res.users").readonly,
    Field.datetime("create_date", "Created on").readonly,
    Field.many2one("write_uid", "Last Updated by", "res.users").readonly,
    Field.datetime("write_date", "Last Updated on").readonly,
  ]
}
