import JSON
import Values

@testable import OdooSandbox

/// Compares a recorded answer with the sandbox's, learning ids and names on the way.
///
/// Not compared anywhere: `debug` (a traceback of the real server), ids and document numbers as
/// such (they are mapped), moments within the tolerance of the flow, and the excerpt of the SQL
/// statement in PostgreSQL's own error texts.
struct Comparison {
  var map: IDMap
  /// Answers that were cut by hand: members that are missing there do not count.
  let isAbridged: Bool
  let toleranceSeconds: Int64
  let registry: Registry
  private(set) var differences: [String] = []

  init(map: IDMap, isAbridged: Bool, toleranceSeconds: Int64, registry: Registry) {
    self.map = map
    self.registry = registry
    self.isAbridged = isAbridged
    self.toleranceSeconds = toleranceSeconds
  }

  private mutating func differ(_ path: String, _ wanted: JSONValue?, _ got: JSONValue?) {
    differences.append(
      "\(path): recorded \(wanted?.text ?? "nothing"), sandbox \(got?.text ?? "nothing")")
  }

  /// The whole body of an answer to `model.method`.
  mutating func answer(_ wanted: JSONValue, _ got: JSONValue, model: String, method: String) {
    if let error = wanted["error"] {
      self.error(error, got["error"] ?? .null, got)
    } else if wanted["result"] == nil {
      if got["result"] != nil || got["error"] != nil { differ("answer", wanted, got) }
    } else if let result = got["result"], let expected = wanted["result"] {
      self.result(expected, result, model, method)
    } else {
      differ("answer", wanted, got)
    }
  }

  private mutating func error(_ wanted: JSONValue, _ got: JSONValue, _ whole: JSONValue) {
    guard let data = got["data"] else { return differ("error", wanted["data"]?["message"], whole) }
    func firstLine(_ json: JSONValue?) -> JSONValue? {
      guard wanted["data"]?["name"]?.stringValue?.hasPrefix("psycopg2.errors") ?? false else {
        return json
      }
      return json?.stringValue?.split(separator: "\n").first.map { .string(String($0)) }
    }
    value(wanted["code"] ?? .null, got["code"] ?? .null, "error.code")
    value(wanted["message"] ?? .null, got["message"] ?? .null, "error.message")
    value(wanted["data"]?["name"] ?? .null, data["name"] ?? .null, "error.data.name")
    for (old, new, path) in [
      (wanted["data"]?["message"], data["message"], "error.data.message"),
      (wanted["data"]?["arguments"]?[0], data["arguments"]?[0], "error.data.arguments"),
    ] { value(firstLine(old) ?? .null, firstLine(new) ?? .null, path) }
    value(wanted["data"]?["context"] ?? .null, data["context"] ?? .null, "error.data.context")
  }

  private mutating func result(
    _ wanted: JSONValue, _ got: JSONValue, _ model: String, _ method: String
  ) {
    switch method {
    case "create", "search": ids(wanted, got, model, method)
    case "load":
      ids(wanted["ids"] ?? .null, got["ids"] ?? .null, model, "ids")
      value(wanted["messages"] ?? .null, got["messages"] ?? .null, "messages")
      value(wanted["nextrow"] ?? .null, got["nextrow"] ?? .null, "nextrow")
    case "read", "search_read", "read_group", "get_metadata": rows(wanted, got, model)
    case "check_object_reference":
      value(wanted[0] ?? .null, got[0] ?? .null, "model")
      id(wanted[1] ?? .null, got[1] ?? .null, wanted[0]?.stringValue ?? "", "id")
    case "get_external_id":
      let old = (wanted.objectValue ?? [:]).map { key, name in
        (Int(key).flatMap { map.sandbox(model, $0) }.map(String.init) ?? key, name)
      }
      value(.object(Dictionary(old, uniquingKeysWith: { first, _ in first })), got, "external ids")
    default:
      if wanted["type"]?.stringValue?.hasPrefix("ir.actions") ?? false {
        action(wanted, got)
      } else {
        value(wanted, got, "result")
      }
    }
  }

  private mutating func ids(_ wanted: JSONValue, _ got: JSONValue, _ model: String, _ path: String)
  {
    let (old, new) = (wanted.arrayValue ?? [wanted], got.arrayValue ?? [got])
    guard old.count == new.count, (wanted.arrayValue == nil) == (got.arrayValue == nil) else {
      return differ(path, wanted, got)
    }
    for (one, other) in zip(old, new) { id(one, other, model, path) }
  }

  private mutating func id(_ wanted: JSONValue, _ got: JSONValue, _ model: String, _ path: String) {
    guard let recorded = wanted.intValue, let own = got.intValue else {
      return value(wanted, got, path)
    }
    if let known = map.sandbox(model, Int(recorded)) {
      if known != Int(own) {
        differ("\(path) (\(model) \(recorded) is \(known) here)", wanted, got)
      }
    } else if map.knows(model, sandbox: Int(own)) {
      differ("\(path) (\(model) \(own) stands for another record)", wanted, got)
    } else {
      map.learn(model, Int(recorded), Int(own))
    }
  }

  private mutating func rows(_ wanted: JSONValue, _ got: JSONValue, _ model: String) {
    guard var old = wanted.arrayValue, var new = got.arrayValue else {
      return differ("rows", wanted, got)
    }
    if isAbridged, let cut = old.firstIndex(where: { $0.stringValue?.hasPrefix("... ") ?? false }) {
      let more = Int(old[cut].stringValue?.split(separator: " ").dropFirst().first ?? "") ?? 0
      if new.count != cut + more {
        differ("number of rows", .int(Int64(cut + more)), .int(Int64(new.count)))
      }
      old = Array(old[..<cut])
      new = Array(new.prefix(cut))
    }
    guard old.count == new.count else { return differ("rows", wanted, got) }
    for (index, (one, other)) in zip(old, new).enumerated() {
      row(one, other, model, "row \(index)")
    }
  }

  private mutating func row(_ wanted: JSONValue, _ got: JSONValue, _ model: String, _ path: String)
  {
    guard let old = wanted.objectValue, let new = got.objectValue else {
      return differ(path, wanted, got)
    }
    if !isAbridged, Set(old.keys) != Set(new.keys) {
      return differ(
        "\(path), members", .array(old.keys.sorted().map { .string($0) }),
        .array(new.keys.sorted().map { .string($0) }))
    }
    // The id first: references in the row may lead back to it.
    for name in old.keys.sorted(by: { ($0 == "id" ? 0 : 1, $0) < ($1 == "id" ? 0 : 1, $1) }) {
      guard let one = old[name], let other = new[name] else {
        differ("\(path).\(name)", old[name], nil); continue
      }
      field(one, other, model, name, "\(path).\(name)")
    }
  }

  private mutating func field(
    _ wanted: JSONValue, _ got: JSONValue, _ model: String, _ name: String, _ path: String
  ) {
    if name == "id" { return id(wanted, got, model, path) }
    switch registry.models[model]?.fields[name]?.kind {
    case .many2one(let comodel):
      guard let old = wanted.arrayValue, let new = got.arrayValue, old.count == 2, new.count == 2
      else {
        return value(wanted, got, path)
      }
      value(old[1], new[1], path)
      id(old[0], new[0], comodel, path)
    case .one2many(let comodel, _, _), .many2many(let comodel): ids(wanted, got, comodel, path)
    default: value(wanted, got, path)
    }
  }

  /// Ids in an action are those of orders; the action's own id belongs to the database.
  private mutating func action(_ wanted: JSONValue, _ got: JSONValue) {
    guard var old = wanted.objectValue, var new = got.objectValue else {
      return differ("action", wanted, got)
    }
    if let id = old["res_id"], id != 0 {
      self.id(id, new["res_id"] ?? .null, old["res_model"]?.stringValue ?? "", "res_id")
    }
    for key in ["res_id", "view_id", "id"]
    where old[key]?.intValue != nil && new[key]?.intValue != nil {
      old[key] = nil
      new[key] = nil
    }
    if let context = old["context"] {
      var translation = RequestTranslation(map: map, registry: registry)
      old["context"] = translation.context(context, old["res_model"]?.stringValue ?? "")
    }
    value(.object(old), .object(new), "action")
  }

  private mutating func value(_ wanted: JSONValue, _ got: JSONValue, _ path: String) {
    switch (wanted, got) {
    case (.object(let old), .object(let new)):
      if !isAbridged, Set(old.keys) != Set(new.keys) { return differ(path, wanted, got) }
      for name in old.keys.sorted() {
        value(old[name] ?? .null, new[name] ?? .null, "\(path).\(name)")
      }
    case (.array(let old), .array(let new)):
      guard old.count == new.count else { return differ(path, wanted, got) }
      for (index, (one, other)) in zip(old, new).enumerated() {
        value(one, other, "\(path)[\(index)]")
      }
    case (.double(let one), .double(let other)):
      if abs(one - other) > 1e-6 * max(1, abs(one)) { differ(path, wanted, got) }
    case (.string(let one), .string(let other)):
      if let old = moment(one), let new = moment(other) {
        if abs(old - new) > toleranceSeconds { differ(path, wanted, got) }
      } else if map.translate(one, learningFrom: other) != other {
        differ(path, .string(map.translate(one, learningFrom: nil)), got)
      }
    default: if wanted != got { differ(path, wanted, got) }
    }
  }

  private func moment(_ text: String) -> Int64? {
    guard text.count == 19, let civil = CivilTime(text: text) else { return nil }
    return civil.instant.microseconds / Instant.microsecondsPerSecond
  }
}
