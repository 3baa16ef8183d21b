import JSON
import Values

extension Session {
  /// The records a domain selects, in order.
  func search(
    _ model: Model, _ domain: Domain, order: [SortKey]? = nil, limit: Int = 0, offset: Int = 0
  ) -> [Record] {
    flush()
    var domain = domain
    if model.fields["active"] != nil, !domain.names(field: "active"),
      context["active_test"] != .bool(false)
    {
      domain = .and([.leaf(.init(path: ["active"], operation: .equal, operand: true)), domain])
    }
    let candidates = domain.candidates(model, self) ?? database.ids(model.name)
    let found = candidates.map { Record(session: self, model: model, id: $0) }
      .filter { $0.exists && domain.matches($0) }
    let ids = sorted(found, order ?? model.order).dropFirst(offset)
    let page = limit > 0 ? ids.prefix(limit) : ids
    return page.map { Record(session: self, model: model, id: $0) }
  }

  /// The records of a model that satisfy a condition on one field, in the model's order.
  func find(_ model: String, _ field: String, _ value: JSONValue) -> [Record] {
    search(
      self.model(model),
      .leaf(.init(path: [field], operation: .equal, operand: value)))
  }

  /// Ids by the keys, ties by id. Records without a value come last, or first when descending
  /// (PostgreSQL).
  func sorted(_ records: [Record], _ keys: [SortKey]) -> [Int] {
    guard records.count > 1 else { return records.map(\.id) }
    if keys.count == 1, keys[0].field == "id", !keys[0].isDescending {
      return records.map(\.id).sorted()
    }
    let decorated = records.map { record in
      (id: record.id, keys: keys.map { sortValue(record, $0.field) })
    }
    return decorated.sorted { left, right in
      for (index, key) in keys.enumerated() {
        let (one, other) = (left.keys[index], right.keys[index])
        if one == other { continue }
        return key.isDescending ? other < one : one < other
      }
      return left.id < right.id
    }.map(\.id)
  }

  private func sortValue(_ record: Record, _ field: String) -> SortValue {
    SortValue(record.value(field)) { target in
      guard let comodel = record.model.fields[field]?.kind.comodel else { return [] }
      let other = self.record(comodel, target)
      return other.model.order.map {
        SortValue(other.value($0.field)) { [SortValue(.integer($0)) { _ in [] }] }
      }
        + [SortValue(.integer(target)) { _ in [] }]
    }
  }
}

/// A value that can be ordered as PostgreSQL orders a column. Missing values are the greatest.
indirect enum SortValue: Comparable {
  case number(Double)
  case text(String)
  case list([SortValue])
  case missing

  init(_ value: FieldValue, resolving: (Int) -> [SortValue]) {
    switch value {
    case .none: self = .missing
    case .boolean(let flag): self = .number(flag ? 1 : 0)
    case .integer(let number): self = .number(Double(number))
    case .float(let number): self = .number(number)
    case .text(let text): self = .text(text)
    case .instant(let instant): self = .number(Double(instant.microseconds))
    case .reference(let id): self = .list(resolving(id))
    case .references(let ids): self = .number(Double(ids.count))
    }
  }

  static func < (left: SortValue, right: SortValue) -> Bool {
    switch (left, right) {
    case (.missing, _): false
    case (_, .missing): true
    case (.number(let one), .number(let other)): one < other
    case (.text(let one), .text(let other)): one < other
    case (.list(let one), .list(let other)): one.lexicographicallyPrecedes(other)
    default: false
    }
  }
}
