import JSON
import Values

extension Domain {
  /// Whether a record satisfies the condition.
  func matches(_ record: Record) -> Bool {
    switch self {
    case .leaf(let leaf): leaf.matches(record, leaf.path[...])
    case .and(let parts): parts.allSatisfy { $0.matches(record) }
    case .or(let parts): parts.contains { $0.matches(record) }
    case .not(let part): !part.matches(record)
    }
  }

  /// A superset of the ids that can match, found by index; `nil` when there is no index for it.
  func candidates(_ model: Model, _ session: Session) -> Set<Int>? {
    switch self {
    case .leaf(let leaf): return leaf.candidates(model, session, leaf.path[...])
    case .and(let parts):
      let sets = parts.compactMap { $0.candidates(model, session) }
      return sets.min { $0.count < $1.count }
    case .or(let parts):
      var union: Set<Int> = []
      for part in parts {
        guard let set = part.candidates(model, session) else { return nil }
        union.formUnion(set)
      }
      return parts.isEmpty ? nil : union
    case .not: return nil
    }
  }
}

extension Domain.Leaf {
  fileprivate func candidates(
    _ model: Model, _ session: Session, _ path: ArraySlice<String>
  ) -> Set<Int>? {
    guard let first = path.first else { return nil }
    if let through = model.fields[first]?.delegate,
      let owner = model.fields[through]?.kind.comodel
    {
      return candidates(session.model(owner), session, path)
        .flatMap { session.database.ids(model.name, where: through, isOneOf: $0) }
    }
    if path.count == 1 {
      if let texts = wantedTexts {
        return session.database.ids(model.name, where: first, isOneOf: texts)
      }
      guard let targets = wantedIDs else { return nil }
      return first == "id"
        ? Set(targets) : session.database.ids(model.name, where: first, isOneOf: targets)
    }
    guard let field = model.fields[first], case .many2one(let name) = field.kind,
      let inner = candidates(session.model(name), session, path.dropFirst())
    else { return nil }
    return session.database.ids(model.name, where: first, isOneOf: inner)
  }

  /// The texts this asks for, when it is a plain question for some; no text is no text at all.
  private var wantedTexts: Set<String>? {
    switch (operation, operand) {
    case (.equal, .string(let text)) where !text.isEmpty: [text]
    case (.isIn, _): texts.flatMap { $0.isEmpty || $0.contains("") ? nil : $0 }
    default: nil
    }
  }

  /// The ids this asks for, when it is a plain question for ids.
  private var wantedIDs: [Int]? {
    switch (operation, operand) {
    case (.equal, .int(let id)): return [Int(id)]
    case (.isIn, _): return ids.map { Array($0) }
    default: return nil
    }
  }

  fileprivate func matches(_ record: Record, _ path: ArraySlice<String>) -> Bool {
    guard let name = path.first else { return false }
    let value = record.value(name)
    guard path.count > 1 else { return compare(value, record, name) }
    let others: [Record]
    switch value {
    case .reference: others = [record.reference(name)].compactMap { $0 }
    case .references: others = record.records(name)
    default: others = []
    }
    // Over a missing relation only the negative and the "is not set" conditions hold.
    if others.isEmpty {
      switch operation {
      case .equal: return operand == false
      case .notEqual, .notIn, .notLike, .notIlike: return operand != false
      default: return false
      }
    }
    return others.contains { matches($0, path.dropFirst()) }
  }

  private func compare(_ value: FieldValue, _ record: Record, _ name: String) -> Bool {
    switch operation {
    case .equal: equals(value, operand, record, name)
    case .notEqual: !equals(value, operand, record, name)
    case .optionalEqual:
      operand == false || operand == .null || equals(value, operand, record, name)
    case .isIn: isMember(value, record, name)
    case .notIn: !isMember(value, record, name)
    case .less: order(value).map { $0 < 0 } ?? false
    case .lessOrEqual: order(value).map { $0 <= 0 } ?? false
    case .greater: order(value).map { $0 > 0 } ?? false
    case .greaterOrEqual: order(value).map { $0 >= 0 } ?? false
    case .like:
      text(value, record, name).map { pattern($0, anchored: false, folded: false) } ?? false
    case .ilike:
      text(value, record, name).map { pattern($0, anchored: false, folded: true) } ?? false
    case .notLike:
      text(value, record, name).map { !pattern($0, anchored: false, folded: false) } ?? true
    case .notIlike:
      text(value, record, name).map { !pattern($0, anchored: false, folded: true) } ?? true
    case .equalLike:
      text(value, record, name).map { pattern($0, anchored: true, folded: false) } ?? false
    case .equalIlike:
      text(value, record, name).map { pattern($0, anchored: true, folded: true) } ?? false
    case .childOf: hierarchy(value, record, name, down: true)
    case .parentOf: hierarchy(value, record, name, down: false)
    }
  }

  private func isMember(_ value: FieldValue, _ record: Record, _ name: String) -> Bool {
    switch (value, ids, texts) {
    case (.integer(let id), let ids?, _), (.reference(let id), let ids?, _): ids.contains(id)
    case (.text(let text), _, let texts?): texts.contains(text)
    default: (operand.arrayValue ?? []).contains { equals(value, $0, record, name) }
    }
  }

  private func equals(
    _ value: FieldValue, _ other: JSONValue, _ record: Record, _ name: String
  ) -> Bool {
    switch (value, other) {
    case (.none, .bool(false)), (.none, .null), (.references([]), .bool(false)): true
    case (.none, .string("")): true
    case (.boolean(let flag), .bool(let wanted)): flag == wanted
    case (.integer(let number), .int(let wanted)): Int64(number) == wanted
    case (.integer(let number), .double(let wanted)): Double(number) == wanted
    case (.integer(let number), .bool(false)): number == 0
    case (.float(let number), .int(let wanted)): number == Double(wanted)
    case (.float(let number), .double(let wanted)): number == wanted
    case (.float(let number), .bool(false)): number == 0
    case (.text(let text), .string(let wanted)): text == wanted
    case (.instant(let instant), .string): instant == moment
    case (.reference(let id), .int(let wanted)): Int64(id) == wanted
    case (.reference, .string(let wanted)):
      record.reference(name)?.displayName == wanted
        || record.reference(name)?.text("name") == wanted
    case (.references(let ids), .int(let wanted)): ids.contains(Int(wanted))
    default: false
    }
  }

  /// How the value stands to the operand; `nil` when the two cannot be ordered.
  private func order(_ value: FieldValue) -> Int? {
    func sign(_ left: Double, _ right: Double) -> Int { left < right ? -1 : left > right ? 1 : 0 }
    switch (value, operand) {
    case (.integer(let number), _):
      return operand.numberValue.map { sign(Double(number), $0) }
    case (.float(let number), _): return operand.numberValue.map { sign(number, $0) }
    case (.reference(let id), _): return operand.numberValue.map { sign(Double(id), $0) }
    case (.text(let text), .string(let wanted)):
      return text < wanted ? -1 : text > wanted ? 1 : 0
    case (.instant(let instant), .string):
      return moment.map { instant < $0 ? -1 : instant > $0 ? 1 : 0 }
    default: return nil
    }
  }

  private func text(_ value: FieldValue, _ record: Record, _ name: String) -> String? {
    switch value {
    case .text(let text): text
    case .reference: record.reference(name)?.displayName
    case .integer(let number): String(number)
    default: nil
    }
  }

  /// SQL's `LIKE`: `%` any text, `_` any character.
  private func pattern(_ text: String, anchored: Bool, folded: Bool) -> Bool {
    guard let wanted = operand.stringValue else { return false }
    let subject = Array(folded ? text.lowercased() : text)
    let mask = Array(folded ? wanted.lowercased() : wanted)
    return Like.matches(subject, anchored ? mask : ["%"] + mask + ["%"])
  }

  private func hierarchy(
    _ value: FieldValue, _ record: Record, _ name: String, down: Bool
  ) -> Bool {
    let start: Record? = name == "id" ? record : record.reference(name)
    let wanted: [Int] =
      operand.intValue.map { [Int($0)] }
      ?? (operand.arrayValue ?? []).compactMap { $0.intValue.map(Int.init) }
    if down {
      return start.map { Hierarchy.ancestors($0).contains { wanted.contains($0.id) } } ?? false
    }
    guard let start else { return false }
    return wanted.contains { id in
      Hierarchy.ancestors(Record(session: start.session, model: start.model, id: id))
        .contains { $0.id == start.id }
    }
  }
}

/// SQL's `LIKE`.
enum Like {
  /// Whether the whole subject fits the mask.
  static func matches(_ subject: [Character], _ mask: [Character]) -> Bool {
    var (position, maskPosition) = (0, 0)
    var (star, retry): (Int?, Int) = (nil, 0)
    while position < subject.count {
      if maskPosition < mask.count, mask[maskPosition] == "%" {
        (star, retry) = (maskPosition, position)
        maskPosition += 1
      } else if maskPosition < mask.count,
        mask[maskPosition] == "_" || mask[maskPosition] == subject[position]
      {
        position += 1
        maskPosition += 1
      } else if let star {
        retry += 1
        (position, maskPosition) = (retry, star + 1)
      } else {
        return false
      }
    }
    return mask[maskPosition...].allSatisfy { $0 == "%" }
  }
}

/// Models whose records stand in a tree.
enum Hierarchy {
  /// The field that leads to the parent.
  static let parentFields = ["stock.location": "location_id"]
  /// Most levels that are climbed.
  static let maximumDepth = 64

  /// A record and everything above it.
  static func ancestors(_ record: Record) -> [Record] {
    guard let field = parentFields[record.model.name] else { return [record] }
    var chain = [record]
    while chain.count < maximumDepth, let parent = chain[chain.count - 1].reference(field) {
      chain.append(parent)
    }
    return chain
  }
}
