import JSON
import Values

extension Session {
  /// The records a domain selects, in order.
  func search(
    _ model: Model, _ domain: Domain, order: [SortKey]? = nil, limit: Int = 0, offset: Int = 0
  ) -> [Record] {
    flush()
    let domain = withActiveTest(domain, model)
    let keys = order ?? model.order
    let few = domain.candidates(model, self)
    if few.map({ $0.count > Self.fewCandidates }) ?? true, let walk = SearchWalk(keys),
      !isSeldom(domain, walk, model)
    {
      return page(walk, model, domain, limit: limit, offset: offset)
    }
    let ids = sorted(matching(model, domain, few), keys).dropFirst(offset)
    let page = limit > 0 ? ids.prefix(limit) : ids
    return page.map { Record(session: self, model: model, id: $0) }
  }

  /// How many records a domain selects.
  func count(_ model: Model, _ domain: Domain) -> Int {
    flush()
    let domain = withActiveTest(domain, model)
    return matching(model, domain, domain.candidates(model, self)).count
  }

  /// So few records are rather looked at one by one and sorted than met on a walk.
  private static let fewCandidates = 1_000
  /// A walk by id through a table of which less than this part changed since the moment asked for
  /// would look at too much.
  private static let seldomPart = 4

  private func withActiveTest(_ domain: Domain, _ model: Model) -> Domain {
    guard model.fields["active"] != nil, !domain.names(field: "active"),
      context["active_test"] != .bool(false)
    else { return domain }
    return .and([.leaf(.init(path: ["active"], operation: .equal, operand: true)), domain])
  }

  private func isSeldom(_ domain: Domain, _ walk: SearchWalk, _ model: Model) -> Bool {
    guard case .ids = walk, let start = SearchBounds(domain).changedSince else { return false }
    return database.changes(model.name, since: start).count * Self.seldomPart
      < database.count(model.name)
  }

  private func page(
    _ walk: SearchWalk, _ model: Model, _ domain: Domain, limit: Int, offset: Int
  ) -> [Record] {
    var (rest, page) = (offset, [Record]())
    walk.forEach(model, database, SearchBounds(domain)) { id in
      let record = Record(session: self, model: model, id: id)
      guard record.exists, domain.matches(record) else { return true }
      if rest > 0 {
        rest -= 1
      } else {
        page.append(record)
      }
      return limit <= 0 || page.count < limit
    }
    return page
  }

  /// The records a domain selects, in no order.
  private func matching(_ model: Model, _ domain: Domain, _ few: Set<Int>?) -> [Record] {
    func matches(_ id: Int) -> Record? {
      let record = Record(session: self, model: model, id: id)
      return record.exists && domain.matches(record) ? record : nil
    }
    if let few { return few.compactMap(matches) }
    let bounds = SearchBounds(domain)
    if bounds.changedSince != nil {
      var found: [Record] = []
      SearchWalk.changes(isDescending: false).forEach(model, database, bounds) { id in
        if let record = matches(id) { found.append(record) }
        return true
      }
      return found
    }
    return SearchWalk.range(model, database, bounds).compactMap(matches)
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
