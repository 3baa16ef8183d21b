import JSON

/// An error as Odoo answers it: a Python exception class and its text.
struct OdooError: Error, Hashable {
  /// The dotted Python class, for example `odoo.exceptions.UserError`.
  let name: String
  /// What `data.message` and `data.arguments[0]` say.
  let message: String

  /// A business refusal.
  static func user(_ message: String) -> Self {
    .init(name: "odoo.exceptions.UserError", message: message)
  }
  /// A broken rule.
  static func validation(_ message: String) -> Self {
    .init(name: "odoo.exceptions.ValidationError", message: message)
  }
  /// Missing rights, or a private method.
  static func access(_ message: String) -> Self {
    .init(name: "odoo.exceptions.AccessError", message: message)
  }
  /// A wrong key or user.
  static let accessDenied = Self(name: "odoo.exceptions.AccessDenied", message: "Access Denied")
  /// A request that cannot be understood.
  static func value(_ message: String) -> Self {
    .init(name: "builtins.ValueError", message: message)
  }
  /// Arguments that do not fit the method.
  static func type(_ message: String) -> Self {
    .init(name: "builtins.TypeError", message: message)
  }
  /// An unknown key.
  static func key(_ message: String) -> Self { .init(name: "builtins.KeyError", message: message) }
  /// An unknown method.
  static func attribute(_ message: String) -> Self {
    .init(name: "builtins.AttributeError", message: message)
  }
  /// A record that is not there (any more).
  static func missing(_ model: String, _ ids: [Int], user: Int) -> Self {
    .init(
      name: "odoo.exceptions.MissingError",
      message: "Record does not exist or has been deleted.\n"
        + "(Record: \(model)(\(Python.tuple(ids))), User: \(user))")
  }
  /// A method for one record was called with none or many.
  static func singleton(_ model: String, _ ids: [Int]) -> Self {
    .value("Expected singleton: \(model)(\(Python.tuple(ids)))")
  }
  /// A broken rule of the database (unique, check).
  static func constraint(_ message: String) -> Self {
    .validation("The operation cannot be completed: \(message)")
  }
  /// A mandatory field without a value.
  static func mandatory(_ model: Model, _ field: Field) -> Self {
    .validation(
      "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
        + "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
        + "Model: \(model.title) (\(model.name))\nField: \(field.label) (\(field.name))\n")
  }

  /// A record that others need is to be deleted.
  static func stillReferenced(_ model: Model, _ field: Field) -> Self {
    let table = model.name.replacing(".", with: "_")
    return .validation(
      "The operation cannot be completed: another model requires the record being deleted. "
        + "If possible, archive it instead.\n\nModel: \(model.title) (\(model.name))\n"
        + "Constraint: \(table)_\(field.name)_fkey\n")
  }

  /// The `error` member of the JSON-RPC answer.
  var json: JSONValue {
    [
      "code": 200, "message": "Odoo Server Error",
      "data": [
        "name": .string(name),
        "debug": .string("Traceback (most recent call last):\n ... \n\(name): \(message)"),
        "message": .string(message), "arguments": [.string(message)], "context": [:],
      ],
    ]
  }
}

/// Values written as Python's `repr` writes them: error texts contain them.
enum Python {
  /// The inside of a tuple: `7,` or `7, 8`.
  static func tuple(_ ids: [Int]) -> String {
    ids.count == 1 ? "\(ids[0])," : ids.map(String.init).joined(separator: ", ")
  }

  /// `repr(value)`.
  static func repr(_ value: JSONValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .int(let number): String(number)
    case .double(let number): number.description
    case .string(let text): "'\(text.replacing("'", with: "\\'"))'"
    case .array(let elements): "[\(elements.map(repr).joined(separator: ", "))]"
    case .object(let members):
      "{\(members.sorted { $0.key < $1.key }.map { "'\($0.key)': \(repr($0.value))" }.joined(separator: ", "))}"
    }
  }
}
