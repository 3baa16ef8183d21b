import SwiftProtobufPluginLibrary

/// A stored property of a generated message: one field, or the fields of one oneof.
enum Property {
  case singular(FieldDescriptor)
  /// A field with presence that is not a message: a oneof with one member on the C side.
  case optional(FieldDescriptor)
  case message(FieldDescriptor)
  case repeated(FieldDescriptor)
  case map(FieldDescriptor, key: FieldDescriptor, value: FieldDescriptor)
  case oneof(OneofDescriptor)

  /// The properties of a message in the order of its fields; a oneof stands where its first does.
  static func all(of message: Descriptor) -> [Property] {
    message.fields.compactMap { field in
      if let oneof = field.realContainingOneof {
        return oneof.fields.first === field ? .oneof(oneof) : nil
      }
      if let (key, value) = field.messageType?.mapKeyAndValue, field.isMap {
        return .map(field, key: key, value: value)
      }
      if field.isRepeated { return .repeated(field) }
      // `optional` changes nothing for a message on the Swift side, but it is a oneof in C.
      if field.containingOneof != nil { return .optional(field) }
      return field.messageType == nil ? .singular(field) : .message(field)
    }
  }

  var name: String {
    switch self {
    case .singular(let field), .optional(let field), .message(let field), .repeated(let field),
      .map(let field, _, _):
      field.swiftName
    case .oneof(let oneof): oneof.swiftName
    }
  }

  /// The type and the value of a new message: `: String = ""`.
  var declaration: String {
    switch self {
    case .singular(let field): ": \(FieldKind(field).swiftType) = \(FieldKind(field).zero)"
    case .optional(let field), .message(let field): ": \(FieldKind(field).swiftType)?"
    case .repeated(let field): ": [\(FieldKind(field).swiftType)] = []"
    case .map(_, let key, let value):
      ": [\(FieldKind(key).swiftType): \(FieldKind(value).swiftType)] = [:]"
    case .oneof(let oneof): ": \(oneof.containingType.swiftName).\(oneof.typeName)?"
    }
  }

  var source: any ProvidesSourceCodeLocation {
    switch self {
    case .singular(let field), .optional(let field), .message(let field), .repeated(let field),
      .map(let field, _, _):
      field
    case .oneof(let oneof): oneof
    }
  }
}
