import JSON

@testable import OdooSandbox

/// Puts the sandbox's ids in the place of the recorded ones in a request.
struct RequestTranslation {
  let map: IDMap
  let registry: Registry
  /// Recorded ids that have no partner yet, by model.
  private(set) var unknown: [(model: String, id: Int)] = []

  init(map: IDMap, registry: Registry) {
    self.map = map
    self.registry = registry
  }

  private mutating func id(_ model: String, _ json: JSONValue) -> JSONValue {
    guard let recorded = json.intValue, recorded > 0, registry.models[model] != nil else {
      return json
    }
    if let own = map.sandbox(model, Int(recorded)) { return .int(Int64(own)) }
    unknown.append((model, Int(recorded)))
    return json
  }

  private mutating func ids(_ model: String, _ json: JSONValue) -> JSONValue {
    switch json {
    case .array(let elements): return .array(elements.map { id(model, $0) })
    case .int: return id(model, json)
    default: return json
    }
  }

  /// The arguments of `execute_kw` after model and method.
  mutating func arguments(
    _ model: String, _ method: String, _ positional: [JSONValue], _ keywords: [String: JSONValue]
  ) -> ([JSONValue], [String: JSONValue]) {
    var positional = positional
    switch method {
    case "search", "search_read", "search_count", "read_group":
      if !positional.isEmpty { positional[0] = domain(model, positional[0]) }
    case "create":
      if !positional.isEmpty { positional[0] = valueList(model, positional[0]) }
    case "load":
      if positional.count > 1 { positional[1] = rows(model, positional[0], positional[1]) }
    case "fields_get", "name_search", "check_object_reference": break
    default:
      if !positional.isEmpty { positional[0] = ids(model, positional[0]) }
      if method == "write", positional.count > 1 { positional[1] = values(model, positional[1]) }
    }
    var keywords = keywords
    if let context = keywords["context"] { keywords["context"] = self.context(context, model) }
    return (positional, keywords)
  }

  private mutating func valueList(_ model: String, _ json: JSONValue) -> JSONValue {
    if let list = json.arrayValue { return .array(list.map { values(model, $0) }) }
    return values(model, json)
  }

  mutating func values(_ model: String, _ json: JSONValue) -> JSONValue {
    guard let members = json.objectValue, let definition = registry.models[model] else {
      return json
    }
    var result = members
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      switch definition.fields[name]?.kind {
      case .many2one(let comodel): result[name] = id(comodel, value)
      case .one2many(let comodel, _, _), .many2many(let comodel):
        result[name] = commands(comodel, value)
      default: continue
      }
    }
    return .object(result)
  }

  private mutating func commands(_ comodel: String, _ json: JSONValue) -> JSONValue {
    guard let list = json.arrayValue else { return json }
    return .array(
      list.map { element in
        guard var parts = element.arrayValue, parts.count == 3 else { return id(comodel, element) }
        if parts[0] != 0 { parts[1] = id(comodel, parts[1]) }
        if parts[0] == 6 {
          parts[2] = ids(comodel, parts[2])
        } else {
          parts[2] = values(comodel, parts[2])
        }
        return .array(parts)
      })
  }

  private mutating func domain(_ model: String, _ json: JSONValue) -> JSONValue {
    guard let elements = json.arrayValue else { return json }
    return .array(
      elements.map { element in
        guard var leaf = element.arrayValue, leaf.count == 3, let path = leaf[0].stringValue else {
          return element
        }
        var current = model
        for step in path.split(separator: ".") where step != "id" {
          current = registry.models[current]?.fields[String(step)]?.kind.comodel ?? ""
        }
        if !current.isEmpty { leaf[2] = ids(current, leaf[2]) }
        return .array(leaf)
      })
  }

  private mutating func rows(_ model: String, _ columns: JSONValue, _ rows: JSONValue) -> JSONValue
  {
    let names = (columns.arrayValue ?? []).compactMap(\.stringValue)
    let targets: [String?] = names.map { name in
      let steps = name.split(separator: "/").map(String.init)
      guard steps.last == ".id" else { return nil }
      var current = model
      for step in steps.dropLast() {
        current = registry.models[current]?.fields[step]?.kind.comodel ?? ""
      }
      return current
    }
    return .array(
      (rows.arrayValue ?? []).map { row in
        .array(
          zip(row.arrayValue ?? [], targets).map { cell, target in
            guard let target, let number = cell.stringValue.flatMap({ Int64($0) }),
              let own = id(target, .int(number)).intValue
            else { return cell }
            return .string(String(own))
          })
      })
  }

  /// Context keys that name records, and `default_…` keys of the model's fields.
  mutating func context(_ json: JSONValue, _ model: String) -> JSONValue {
    guard var members = json.objectValue else { return json }
    let fields = registry.models[model]?.fields ?? [:]
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      if ["mo_ids_to_backorder", "active_ids"].contains(key) {
        members[key] = ids("mrp.production", value)
      }
      guard key.hasPrefix("default_"), let field = fields[String(key.dropFirst("default_".count))]
      else {
        continue
      }
      switch field.kind {
      case .many2one(let comodel): members[key] = id(comodel, value)
      case .one2many(let comodel, _, _), .many2many(let comodel):
        members[key] = commands(comodel, value)
      default: continue
      }
    }
    return .object(members)
  }
}
