import JSON

/// `read_group(domain, ["quantity:sum"], ["product_id"], lazy=false)`.
enum ReadGroup {
  private enum Aggregate: String { case sum, avg, min, max, count }

  static let call: Method = { session, call in
    var call = call
    let domainJSON = call.take("domain") ?? []
    let specifications = (call.take("fields")?.arrayValue ?? []).compactMap(\.stringValue)
    let groupBy = call.take("groupby") ?? []
    let names =
      groupBy.stringValue.map { [$0] } ?? (groupBy.arrayValue ?? []).compactMap(\.stringValue)
    let isLazy = call.keywords["lazy"] != .bool(false)
    let fields = try (isLazy ? Array(names.prefix(1)) : names).map { try call.model.field($0) }
    let aggregates = try specifications.compactMap { try aggregate($0, call.model, names) }
    let records = session.search(
      call.model, try SearchMethods.visible(domainJSON, call.model, session),
      order: fields.map { SortKey(field: $0.name, isDescending: false) })
    return .array(
      groups(records, fields).map { group in
        row(group, fields, aggregates, domainJSON, session, isLazy: isLazy)
      })
  }

  private static func aggregate(
    _ text: String, _ model: Model, _ groupBy: [String]
  ) throws -> (Field, Aggregate)? {
    let parts = text.split(separator: ":").map(String.init)
    guard let name = parts.first, !groupBy.contains(name) else { return nil }
    let field = try model.field(name)
    guard let kind = Aggregate(rawValue: parts.count > 1 ? parts[1] : "sum") else {
      throw OdooError.user("Invalid aggregation function '\(parts[1])'.")
    }
    return (field, kind)
  }

  /// Neighbours with the same values; the records come sorted by them.
  private static func groups(_ records: [Record], _ fields: [Field]) -> [[Record]] {
    var order: [[FieldValue]] = []
    var groups: [[FieldValue]: [Record]] = [:]
    for record in records {
      let key = fields.map { record.value($0.name) }
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(record)
    }
    return order.compactMap { groups[$0] }
  }

  private static func row(
    _ group: [Record], _ fields: [Field], _ aggregates: [(Field, Aggregate)],
    _ domain: JSONValue, _ session: Session, isLazy: Bool
  ) -> JSONValue {
    var row: [String: JSONValue] = [:]
    var conditions = domain.arrayValue ?? []
    for field in fields {
      let value = group[0].value(field.name)
      row[field.name] = Conversion.json(value, field, session)
      let plain: JSONValue =
        value.id.map { .int(Int64($0)) } ?? Conversion.json(value, field, session)
      conditions.append([.string(field.name), "=", plain])
    }
    row["__domain"] = .array(joined(conditions))
    let countName = isLazy ? (fields.first.map { "\($0.name)_count" } ?? "__count") : "__count"
    row[countName] = .int(Int64(group.count))
    for (field, kind) in aggregates {
      row[field.name] = aggregated(group.map { $0.float(field.name) }, kind, field)
    }
    return .object(row)
  }

  /// The conditions with every "and" between neighbours written out in front.
  private static func joined(_ conditions: [JSONValue]) -> [JSONValue] {
    // Each condition ends a term, each binary operator asks for one more.
    let terms = conditions.reduce(0) { count, part in
      part == "&" || part == "|" ? count - 1 : part == "!" ? count : count + 1
    }
    return Array(repeating: "&", count: max(0, terms - 1)) + conditions
  }

  private static func aggregated(_ values: [Double], _ kind: Aggregate, _ field: Field) -> JSONValue
  {
    let result: Double =
      switch kind {
      case .sum: sum(values, field)
      case .avg: values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
      case .min: values.min() ?? 0
      case .max: values.max() ?? 0
      case .count: Double(values.count)
      }
    if case .integer = field.kind, kind != .avg { return .int(Int64(result)) }
    return kind == .count ? .int(Int64(result)) : .double(result)
  }

  /// Quantities are `numeric` columns in PostgreSQL: their sum has no representation error.
  private static func sum(_ values: [Double], _ field: Field) -> Double {
    let total = values.reduce(0, +)
    guard case .float(let digits?) = field.kind else { return total }
    return Rounding.round(total, decimals: digits)
  }
}
