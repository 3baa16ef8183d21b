import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The C module's header: everything protoc-c made, and the addresses of the descriptors. Swift
/// must not take `&descriptor` itself: that would be the address of a copy.
func headerSource(files: [FileDescriptor]) -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/"), "#pragma once", "")
  for file in files where !(file.messages.isEmpty && file.enums.isEmpty) {
    printer.print("#include \"\(file.name.replacing(".proto", with: ".pb-c.h"))\"")
  }
  printer.print("")
  for message in files.flatMap(\.messages).flatMap(withNested) {
    printer.print(
      "static inline const ProtobufCMessageDescriptor *\(message.cPrefix)__descriptor_ptr(void) {",
      "  return &\(message.cPrefix)__descriptor;", "}")
  }
  printer.print("", "// The files' own descriptors, serialized.")
  printer.lines(descriptorDeclarations(files))
  return printer.content
}

/// The C module itself. SwiftPM would write one only if there were no folders beside the header.
func moduleMapSource(module: String) -> String {
  fileHeader("proto/") + "module \(module) {\n  header \"\(module).h\"\n  export *\n}\n"
}

/// How the messages of one contract come out of C structures and into them.
func codingSource(_ file: FileDescriptor, cModule: String) -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/\(file.name)"))
  printer.print("import \(cModule)", "import CProtobufC", "public import Protobuf")
  for message in file.messages.flatMap(withNested) {
    printer.print("")
    printCoding(message, &printer)
  }
  return printer.content
}

/// A message and the ones declared in it, map entries aside.
private func withNested(_ message: Descriptor) -> [Descriptor] {
  [message] + message.messages.filter { !$0.options.mapEntry }.flatMap(withNested)
}

private func printCoding(_ message: Descriptor, _ printer: inout CodePrinter) {
  let properties = Property.all(of: message)
  printer.block("extension \(message.swiftName)") { printer in
    printer.print("/// Decodes one serialized message.")
    printer.block(
      "public init(decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits) "
        + "throws(DecodingError)"
    ) {
      $0.print("self.init()")
      $0.print(
        "try withUnpacked(bytes, \(message.cPrefix)__descriptor_ptr(), limits) "
          + "{ (message) throws(DecodingError) in")
      $0.printIndented("try self.read(message.assumingMemoryBound(to: \(message.cName).self))")
      $0.print("}")
    }
    printer.print("")
    printer.print("/// Measures the message and lets `body` pack it.")
    printer.block(
      "public func withPacked<Result>(_ body: (PackedMessage) throws -> Result) throws -> Result"
    ) {
      $0.print(
        "try withPackable({ UnsafeRawPointer(laidOut(in: &$0)).assumingMemoryBound("
          + "to: ProtobufCMessage.self) }, body)")
    }
    printer.print("")
    printer.block("init(_ c: UnsafePointer<\(message.cName)>) throws(DecodingError)") {
      $0.print("self.init()", "try self.read(c)")
    }
    printer.print("")
    printer.block("mutating func read(_ c: UnsafePointer<\(message.cName)>) throws(DecodingError)")
    {
      for property in properties { printRead(property, &$0) }
    }
    printer.print("")
    printer.block("func laidOut(in arena: inout Arena) -> UnsafeMutablePointer<\(message.cName)>") {
      printMake("c", message, &$0)
      for property in properties { printWrite(property, &$0) }
      $0.print("return c")
    }
  }
}

private func printRead(_ property: Property, _ printer: inout CodePrinter) {
  switch property {
  case .singular(let field):
    printer.print(
      "self.\(property.name) = "
        + FieldKind(field).read("c.pointee.\(field.cName)", field: field.fullName))
  case .message(let field):
    printer.block("if let value = c.pointee.\(field.cName)") {
      $0.print(
        "self.\(property.name) = " + FieldKind(field).read("value", field: field.fullName))
    }
  case .optional(let field):
    printer.block("if c.pointee.\(syntheticCase(field)).rawValue != 0") {
      $0.print("self.\(property.name) = " + readMember(field))
    }
  case .repeated(let field):
    printer.print("self.\(property.name) = \(readRepeated(field))")
  case .map(let field, let key, let value):
    printReadMap(field, key, value, &printer)
  case .oneof(let oneof):
    printer.block("switch c.pointee.\(oneof.cCaseName).rawValue") { printer in
      for field in oneof.fields {
        printer.print(
          "case \(field.number): self.\(property.name) = .\(caseName(field))(\(readMember(field)))")
      }
      printer.print("default: break")
    }
  }
}

/// A member of a oneof that is known to be set; a message's structure is there then.
private func readMember(_ field: FieldDescriptor) -> String {
  let isMessage = field.messageType != nil
  return FieldKind(field).read(
    "c.pointee.\(field.cName)" + (isMessage ? "!" : ""), field: field.fullName)
}

private func readRepeated(_ field: FieldDescriptor) -> String {
  let kind = FieldKind(field)
  let elements = "c.pointee.\(field.cCountName), c.pointee.\(field.cName)"
  switch kind {
  case .number: return "readNumbers(\(elements))"
  case .message:
    return
      "try readElements(\(elements)) { (element) throws(DecodingError) in \(kind.read("element!", field: field.fullName)) }"
  default:
    return
      "try readElements(\(elements)) { (element) throws(DecodingError) in \(kind.read("element", field: field.fullName)) }"
  }
}

private func printReadMap(
  _ field: FieldDescriptor, _ key: FieldDescriptor, _ value: FieldDescriptor,
  _ printer: inout CodePrinter
) {
  printer.print(
    "self.\(field.swiftName) = try readEntries(c.pointee.\(field.cCountName), "
      + "c.pointee.\(field.cName)) { (entry) throws(DecodingError) in")
  printer.withIndentation {
    let readKey = FieldKind(key).read("entry.pointee.key", field: "\(field.fullName).key")
    let kind = FieldKind(value)
    if case .message = kind {
      $0.print(
        "(\(readKey), entry.pointee.value == nil ? \(kind.zero) : "
          + "\(kind.read("entry.pointee.value", field: "")))")
    } else {
      $0.print(
        "(\(readKey), \(kind.read("entry.pointee.value", field: "\(field.fullName).value")))")
    }
  }
  printer.print("}")
}

/// A new C structure in the arena. The generated code is not generic: it would ask for metadata of
/// the structure's type each time.
private func printMake(_ name: String, _ message: Descriptor, _ printer: inout CodePrinter) {
  printer.print(
    "let \(name) = arena.make(MemoryLayout<\(message.cName)>.size).bindMemory(to: "
      + "\(message.cName).self, capacity: 1)", "\(message.cPrefix)__init(\(name))")
}

private func printWrite(_ property: Property, _ printer: inout CodePrinter) {
  switch property {
  case .singular(let field):
    printer.print("c.pointee.\(field.cName) = " + FieldKind(field).write("self.\(property.name)"))
  case .message(let field):
    printer.print("c.pointee.\(field.cName) = " + FieldKind(field).write("self.\(property.name)?"))
  case .optional(let field):
    printer.block("if let value = self.\(property.name)") {
      $0.print("c.pointee.\(syntheticCase(field)) = .init(rawValue: \(field.number))")
      $0.print("c.pointee.\(field.cName) = " + FieldKind(field).write("value"))
    }
  case .repeated(let field):
    printWriteRepeated(field, &printer)
  case .map(let field, let key, let value):
    printWriteMap(field, key, value, &printer)
  case .oneof(let oneof):
    printer.block("switch self.\(property.name)") { printer in
      for field in oneof.fields {
        printer.print("case .\(caseName(field))(let value):")
        printer.withIndentation {
          $0.print("c.pointee.\(oneof.cCaseName) = .init(rawValue: \(field.number))")
          $0.print("c.pointee.\(field.cName) = " + FieldKind(field).write("value"))
        }
      }
      printer.print("case nil: break")
    }
  }
}

private func printWriteRepeated(_ field: FieldDescriptor, _ printer: inout CodePrinter) {
  let kind = FieldKind(field)
  let name = "self.\(field.swiftName)"
  printer.print("c.pointee.\(field.cCountName) = \(name).count")
  if case .number = kind {
    printer.print("c.pointee.\(field.cName) = arena.writeNumbers(\(name))")
  } else {
    let arena = kind.needsMemory ? "arena" : "_"
    printer.print(
      "c.pointee.\(field.cName) = arena.writeElements(\(name)) { (element, \(arena)) in")
    printer.printIndented(kind.write("element"))
    printer.print("}")
  }
}

private func printWriteMap(
  _ field: FieldDescriptor, _ key: FieldDescriptor, _ value: FieldDescriptor,
  _ printer: inout CodePrinter
) {
  guard let entry = field.messageType else { return }
  let name = "self.\(field.swiftName)"
  printer.print("c.pointee.\(field.cCountName) = \(name).count")
  printer.print("c.pointee.\(field.cName) = arena.writeElements(\(name)) { (pair, arena) in")
  printer.withIndentation {
    printMake("entry", entry, &$0)
    $0.print("entry.pointee.key = " + FieldKind(key).write("pair.key"))
    $0.print("entry.pointee.value = " + FieldKind(value).write("pair.value"))
    $0.print("return entry")
  }
  printer.print("}")
}

/// The case member of the oneof that stands for `optional`: protoc names it after the field.
private func syntheticCase(_ field: FieldDescriptor) -> String {
  field.containingOneof?.cCaseName ?? "_\(field.name)_case"
}
