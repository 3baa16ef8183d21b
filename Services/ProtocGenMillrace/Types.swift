import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The nested enumerations that a module's types live in.
func namespaceSource(packages: [String]) -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/"), "")
  var declared: Set<String> = []
  for package in Set(packages).sorted() {
    let parts = namespace(package)
    for count in 1...parts.count {
      let name = parts[..<count].joined(separator: ".")
      guard declared.insert(name).inserted else { continue }
      let comment =
        count == parts.count
        ? "/// The types of `\(package)`." : "/// Holds the packages below `\(name)`."
      if count == 1 {
        printer.print(comment, "public enum \(parts[0]) {}", "")
      } else {
        printer.block("extension \(parts[..<(count - 1)].joined(separator: "."))") {
          $0.print(comment, "public enum \(parts[count - 1]) {}")
        }
        printer.print("")
      }
    }
  }
  return printer.content
}

/// The messages and enumerations of one contract, as its readers see them.
func typeSource(_ file: FileDescriptor) -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/\(file.name)"))
  if !file.messages.isEmpty { printer.print("public import Protobuf") }
  for enumeration in file.enums {
    printer.print("")
    printer.block("extension \(file.namespaceName)") { printEnum(enumeration, &$0) }
  }
  for message in file.messages {
    printer.print("")
    printer.block("extension \(file.namespaceName)") { printMessage(message, &$0) }
  }
  return printer.content
}

private func printMessage(_ message: Descriptor, _ printer: inout CodePrinter) {
  printer.lines(message.documentation(otherwise: "`\(message.fullName)`."))
  printer.block("public struct \(namer.relativeName(message: message)): Message") { printer in
    for property in Property.all(of: message) {
      printer.lines(
        property.source.documentation(otherwise: "As in the contract."))
      printer.print("public var \(property.name)\(property.declaration)", "")
    }
    printer.print("/// A message with every field absent or zero.", "public init() {}", "")
    printer.print("/// The message's full name in the contracts.")
    printer.print("public static let fullName = \"\(message.fullName)\"")
    for oneof in message.realOneofs {
      printer.print("")
      printOneof(oneof, &printer)
    }
    for enumeration in message.enums {
      printer.print("")
      printEnum(enumeration, &printer)
    }
    for nested in message.messages where !nested.options.mapEntry {
      printer.print("")
      printMessage(nested, &printer)
    }
  }
}

private func printOneof(_ oneof: OneofDescriptor, _ printer: inout CodePrinter) {
  printer.print("/// What `\(oneof.swiftName)` can be.")
  printer.block("public enum \(oneof.typeName): Sendable, Hashable") { printer in
    for field in oneof.fields {
      printer.lines(field.documentation(otherwise: "As in the contract."))
      printer.print("case \(caseName(field))(\(FieldKind(field).swiftType))")
    }
  }
}

/// A oneof's cases are named as the fields; a few names can only be cases in backticks.
func caseName(_ field: FieldDescriptor) -> String {
  field.swiftName
}

private func printEnum(_ enumeration: EnumDescriptor, _ printer: inout CodePrinter) {
  let (cases, aliases) = split(enumeration)
  let name = namer.relativeName(enum: enumeration)
  printer.lines(enumeration.documentation(otherwise: "`\(enumeration.fullName)`."))
  printer.block("public enum \(name): Sendable, Hashable") { printer in
    for value in cases {
      printer.lines(value.documentation(otherwise: "`\(value.name)`."))
      printer.print("case \(namer.relativeName(enumValue: value))")
    }
    printer.print("/// A number that this version of the contract does not know.")
    printer.print("case unrecognized(Int32)", "")
    for (value, original) in aliases {
      printer.lines(value.documentation(otherwise: "`\(value.name)`."))
      printer.print(
        "public static let \(namer.relativeName(enumValue: value)) = "
          + "\(name).\(namer.relativeName(enumValue: original))", "")
    }
    printer.print("/// Every named value, in the order of the contract.")
    printer.print("public static let allCases: [\(name)] = [")
    printer.print(cases.map { ".\(namer.relativeName(enumValue: $0))" }.joined(separator: ", "))
    printer.print("]", "")
    printer.print("/// The value that an absent field has.")
    printer.print("public init() { self = .\(namer.relativeName(enumValue: cases[0])) }", "")
    printRawValue(cases, &printer)
  }
}

/// The first value of each number becomes a case, further names of it become constants.
private func split(
  _ enumeration: EnumDescriptor
) -> (cases: [EnumValueDescriptor], aliases: [(EnumValueDescriptor, of: EnumValueDescriptor)]) {
  var cases: [EnumValueDescriptor] = []
  var aliases: [(EnumValueDescriptor, of: EnumValueDescriptor)] = []
  for value in enumeration.values {
    guard let original = cases.first(where: { $0.number == value.number }) else {
      cases.append(value)
      continue
    }
    let name = namer.relativeName(enumValue: value)
    let taken = [original] + aliases.map(\.0)
    if !taken.contains(where: { namer.relativeName(enumValue: $0) == name }) {
      aliases.append((value, of: original))
    }
  }
  return (cases, aliases)
}

private func printRawValue(_ cases: [EnumValueDescriptor], _ printer: inout CodePrinter) {
  printer.print("/// The value of that number.")
  printer.block("public init(rawValue: Int32)") { printer in
    printer.block("switch rawValue") { printer in
      for value in cases {
        printer.print("case \(value.number): self = .\(namer.relativeName(enumValue: value))")
      }
      printer.print("default: self = .unrecognized(rawValue)")
    }
  }
  printer.print("", "/// The number on the wire.")
  printer.block("public var rawValue: Int32") { printer in
    printer.block("switch self") { printer in
      for value in cases {
        printer.print("case .\(namer.relativeName(enumValue: value)): \(value.number)")
      }
      printer.print("case .unrecognized(let number): number")
    }
  }
}
