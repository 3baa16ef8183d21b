import SwiftProtobufPluginLibrary

/// SwiftProtobuf's own rules for names; the file option swift_prefix is empty by then. A new one
/// each time: it caches without a lock, and there is no time to win.
var namer: SwiftProtobufNamer { SwiftProtobufNamer() }

/// The nested enumerations that hold a package's types: `millrace.production.v1` becomes
/// `Production.V1`, `google.protobuf` becomes `Google.ProtobufTypes` because the runtime module is
/// called Protobuf.
func namespace(_ package: String) -> [String] {
  var parts = package.split(separator: ".").map(String.init)
  if parts.count > 1, parts[0] == "millrace" { parts.removeFirst() }
  if parts == ["google", "protobuf"] { parts[1] = "ProtobufTypes" }
  return parts.map { NamingUtils.toUpperCamelCase($0) }
}

extension FileDescriptor {
  /// For example `Production.V1`.
  var namespaceName: String { namespace(package).joined(separator: ".") }
}

extension Descriptor {
  /// The type's name with its namespace: `Production.V1.Order`.
  var swiftName: String {
    "\(containingType?.swiftName ?? file.namespaceName).\(namer.relativeName(message: self))"
  }
  /// The C structure: `Millrace__Production__V1__Order`.
  var cName: String { cTypeName(fullName) }
  /// What C functions and variables of the type begin with: `millrace__production__v1__order`.
  var cPrefix: String {
    fullName.split(separator: ".").map { lowerSnake($0) }.joined(separator: "__")
  }
}

extension EnumDescriptor {
  /// The type's name with its namespace: `Production.V1.OrderState`.
  var swiftName: String {
    "\(containingType?.swiftName ?? file.namespaceName).\(namer.relativeName(enum: self))"
  }
}

extension FieldDescriptor {
  /// The property: `itemCode`, in backticks where needed.
  var swiftName: String {
    namer.messagePropertyNames(field: self, prefixed: "", includeHasAndClear: false).name
  }

  /// The member of the C structure.
  var cName: String {
    let lower = name.lowercased()
    return memberName(cppKeywords.contains(lower) ? lower + "_" : lower)
  }

  /// The member that counts a repeated field's elements.
  var cCountName: String { "n_" + name.lowercased().escapedForC }
}

extension OneofDescriptor {
  /// The property: `choice`.
  var swiftName: String { namer.messagePropertyName(oneof: self).name }
  /// The enumeration: `OneOf_Choice`.
  var typeName: String { namer.relativeName(oneof: self) }
  /// The member of the C structure that says which field is set.
  var cCaseName: String { lowerSnake(name[...]) + "_case" }
}

extension String {
  fileprivate var escapedForC: String { cppKeywords.contains(self) ? self + "_" : self }
}

/// A member as it is written behind a dot: of Swift's reserved words only these need backticks.
private func memberName(_ name: String) -> String {
  ["init", "self", "Type", "Protocol"].contains(name) ? "`\(name)`" : name
}

/// protoc-c's rule for types: each part of the name in camel case, joined by two underscores.
private func cTypeName(_ fullName: String) -> String {
  fullName.split(separator: ".").map { part in
    part.split(separator: "_", omittingEmptySubsequences: false)
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }.joined(separator: "__")
}

/// protoc-c's rule for functions and variables: an underscore before each first capital of a run.
private func lowerSnake(_ name: Substring) -> String {
  var result = ""
  var wasUpper = true
  for character in name {
    if character.isUppercase, !wasUpper { result += "_" }
    wasUpper = character.isUppercase
    result += character.lowercased()
  }
  return result
}

/// The words behind which protoc-c writes an underscore when a field is called so.
private let cppKeywords: Set<String> = [
  "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
  "class", "compl", "const", "const_cast", "continue", "default", "delete", "do", "double",
  "dynamic_cast", "else", "enum", "explicit", "extern", "false", "float", "for", "friend", "goto",
  "if", "inline", "int", "long", "mutable", "namespace", "new", "not", "not_eq", "operator", "or",
  "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "return", "short",
  "signed", "sizeof", "static", "static_cast", "struct", "switch", "template", "this", "throw",
  "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void",
  "volatile", "wchar_t", "while", "xor", "xor_eq",
]
