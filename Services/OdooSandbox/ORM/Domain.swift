import JSON
import Values

/// A search condition.
indirect enum Domain: Sendable {
  case leaf(Leaf)
  case and([Domain])
  case or([Domain])
  case not(Domain)

  /// One comparison.
  struct Leaf: Sendable {
    /// The field, or the way to it: `["move_id", "production_id"]`.
    let path: [String]
    let operation: Operation
    let operand: JSONValue
    /// The operand, when it is a moment.
    let moment: Instant?
    /// The operand, when it is a list of ids or of texts and nothing else.
    let ids: Set<Int>?
    let texts: Set<String>?

    init(path: [String], operation: Operation, operand: JSONValue) {
      self.path = path
      self.operation = operation
      self.operand = operand
      moment = operand.stringValue.flatMap { Moment.fromDomain($0) }
      let list = operand.arrayValue
      let ids = list?.compactMap { $0.intValue.map(Int.init) }
      self.ids = ids?.count == list?.count ? ids.map { Set($0) } : nil
      let texts = list?.compactMap(\.stringValue)
      self.texts = texts?.count == list?.count ? texts.map { Set($0) } : nil
    }
  }

  enum Operation: String, Sendable {
    case equal = "="
    case notEqual = "!="
    case isIn = "in"
    case notIn = "not in"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "like"
    case ilike = "ilike"
    case notLike = "not like"
    case notIlike = "not ilike"
    case equalLike = "=like"
    case equalIlike = "=ilike"
    case optionalEqual = "=?"
    case childOf = "child_of"
    case parentOf = "parent_of"
  }

  /// Everything.
  static let all = Domain.and([])

  /// Reads a domain in Polish notation; leaves that stand side by side are joined by "and".
  /// - Throws: Python's errors for what is no domain and for unknown fields.
  init(_ json: JSONValue?, for model: Model, in session: Session) throws {
    guard let elements = (json ?? .array([])).arrayValue else {
      throw OdooError.value(
        "Domain should be a list of conditions, got \(Python.repr(json ?? .null))")
    }
    var parts: [Domain] = []
    var rest = elements[...]
    while !rest.isEmpty { parts.append(try Self.next(&rest, model, session, depth: 0)) }
    self = parts.count == 1 ? parts[0] : .and(parts)
  }

  /// Deepest nesting of operators that is read: the reader recurses.
  private static let maximumDepth = 1_000

  private static func next(
    _ rest: inout ArraySlice<JSONValue>, _ model: Model, _ session: Session, depth: Int
  ) throws -> Domain {
    guard let first = rest.popFirst(), depth < maximumDepth else {
      throw OdooError.value("Domain is not well-formed")
    }
    switch first {
    case "&":
      return .and(try (0..<2).map { _ in try next(&rest, model, session, depth: depth + 1) })
    case "|":
      return .or(try (0..<2).map { _ in try next(&rest, model, session, depth: depth + 1) })
    case "!": return .not(try next(&rest, model, session, depth: depth + 1))
    default: return try condition(first, model, session)
    }
  }

  private static func condition(
    _ json: JSONValue, _ model: Model, _ session: Session
  ) throws -> Domain {
    guard let parts = json.arrayValue, parts.count == 3 else {
      throw OdooError.value("Invalid leaf \(Python.repr(json))")
    }
    // [1, '=', 1] is true, [0, '=', 1] is false.
    if case .int(let left) = parts[0] { return left == parts[2].intValue ? .all : .not(.all) }
    guard let name = parts[0].stringValue, let operatorText = parts[1].stringValue else {
      throw OdooError.value("Invalid leaf \(Python.repr(json))")
    }
    let shown =
      "(\(Python.repr(parts[0])), \(Python.repr(parts[1])), \(Python.repr(parts[2])))"
    guard let operation = Operation(rawValue: operatorText.lowercased()) else {
      throw OdooError.value("Invalid operator in leaf \(shown)")
    }
    let path = name.split(separator: ".").map(String.init)
    var current: Model? = model
    var last: Field?
    for step in path {
      guard let field = current?.fields[step] else {
        throw OdooError.value("Invalid field \(model.name).\(name) in leaf \(shown)")
      }
      last = field
      current = field.kind.comodel.map { session.model($0) }
    }
    let operand = try DomainOperand.checked(parts[2], last, operation, leaf: shown)
    return .leaf(Leaf(path: path, operation: operation, operand: operand))
  }

  /// Whether a condition on this field occurs.
  func names(field: String) -> Bool {
    switch self {
    case .leaf(let leaf): leaf.path.first == field
    case .and(let parts), .or(let parts): parts.contains { $0.names(field: field) }
    case .not(let part): part.names(field: field)
    }
  }
}

/// What stands on the right of a comparison.
enum DomainOperand {
  /// Checks and completes it: moments of 10 characters get a time, moments that are none are
  /// refused as PostgreSQL refuses them.
  static func checked(
    _ operand: JSONValue, _ field: Field?, _ operation: Domain.Operation, leaf: String
  ) throws -> JSONValue {
    if operation == .isIn || operation == .notIn {
      // A single value where a list belongs is taken as a list of one.
      if case .array = operand { return operand }
      return operand == false ? .array([]) : .array([operand])
    }
    guard case .datetime = field?.kind, let text = operand.stringValue else { return operand }
    let isEnd = operation == .greater || operation == .lessOrEqual
    let full = text.count == 10 ? "\(text) \(isEnd ? "23:59:59" : "00:00:00")" : text
    guard Moment.fromDomain(full) != nil else {
      throw OdooError(
        name: "psycopg2.errors.InvalidDatetimeFormat",
        message: "invalid input syntax for type timestamp: \"\(full)\"\n")
    }
    return .string(full)
  }
}
