import JSON

/// `fields_get`: what fields a model has.
enum FieldsGet {
  static let call: Method = { _, call in
    var call = call
    let wanted = (call.take("allfields")?.arrayValue ?? []).compactMap(\.stringValue)
    let attributes = (call.take("attributes")?.arrayValue ?? []).compactMap(\.stringValue)
    var result: [String: JSONValue] = [:]
    for field in call.model.fields.values where wanted.isEmpty || wanted.contains(field.name) {
      let all = describe(field)
      result[field.name] = .object(
        attributes.isEmpty ? all : all.filter { attributes.contains($0.key) })
    }
    return .object(result)
  }

  private static func describe(_ field: Field) -> [String: JSONValue] {
    var all: [String: JSONValue] = [
      "name": .string(field.name), "string": .string(field.label),
      "type": .string(field.kind.name), "required": .bool(field.isRequired),
      "readonly": .bool(field.isReadonly), "store": .bool(field.isStored),
    ]
    if let comodel = field.kind.comodel { all["relation"] = .string(comodel) }
    if case .one2many(_, let inverse, _) = field.kind { all["relation_field"] = .string(inverse) }
    if case .selection(let values) = field.kind {
      all["selection"] = .array(values.map { [.string($0.value), .string($0.label)] })
    }
    return all
  }
}
