import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The type of one value of a field: what it is in Swift, and how it gets there from C and back.
enum FieldKind {
  case number(String)
  case bool
  case string
  case bytes
  case enumeration(EnumDescriptor)
  case message(Descriptor)

  init(_ field: FieldDescriptor) {
    switch field.type {
    case .double: self = .number("Double")
    case .float: self = .number("Float")
    case .int64, .sint64, .sfixed64: self = .number("Int64")
    case .uint64, .fixed64: self = .number("UInt64")
    case .int32, .sint32, .sfixed32: self = .number("Int32")
    case .uint32, .fixed32: self = .number("UInt32")
    case .bool: self = .bool
    case .string: self = .string
    case .bytes: self = .bytes
    case .enum: self = .enumeration(field.enumType)
    case .message, .group: self = .message(field.messageType)
    }
  }

  var swiftType: String {
    switch self {
    case .number(let type): type
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "[UInt8]"
    case .enumeration(let type): type.swiftName
    case .message(let type): type.swiftName
    }
  }

  /// The value of an absent field without presence.
  var zero: String {
    switch self {
    case .number: "0"
    case .bool: "false"
    case .string: "\"\""
    case .bytes: "[]"
    case .enumeration(let type): ".\(namer.relativeName(enumValue: type.values[0]))"
    case .message(let type): "\(type.swiftName)()"
    }
  }

  /// The Swift value of the C value `c`; `field` is the name that errors give.
  func read(_ c: String, field: String) -> String {
    switch self {
    case .number: c
    case .bool: "\(c) != 0"
    case .string: "try readString(\(c), \"\(field)\")"
    case .bytes: "readBytes(\(c))"
    case .enumeration(let type):
      "\(type.swiftName)(rawValue: Int32(truncatingIfNeeded: \(c).rawValue))"
    case .message(let type): "try \(type.swiftName)(\(c))"
    }
  }

  /// The C value of the Swift value `value`, laid out in `arena` where it needs memory.
  func write(_ value: String) -> String {
    switch self {
    case .number: value
    case .bool: "\(value) ? 1 : 0"
    case .string, .bytes: "arena.write(\(value))"
    case .enumeration: ".init(rawValue: .init(truncatingIfNeeded: \(value).rawValue))"
    case .message: "\(value).laidOut(in: &arena)"
    }
  }

  /// Whether a C value needs memory besides its place in the structure.
  var needsMemory: Bool {
    switch self {
    case .string, .bytes, .message: true
    case .number, .bool, .enumeration: false
    }
  }
}
