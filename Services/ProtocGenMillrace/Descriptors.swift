import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The descriptors of contracts as reflection gives them away: what protoc made of each file, with
/// nothing rewritten. Comments are left out: they are most of the bytes, and the files have them.
struct OriginalDescriptors {
  private let byName: [String: Google_Protobuf_FileDescriptorProto]

  /// What came from protoc, before anybody changes it.
  init(_ files: [Google_Protobuf_FileDescriptorProto]) {
    byName = Dictionary(files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The serialized `FileDescriptorProto` of a file.
  func bytes(of file: FileDescriptor) throws -> [UInt8] {
    guard var descriptor = byName[file.name] else {
      throw GeneratorError("\(file.name): protoc has not sent its descriptor")
    }
    descriptor.clearSourceCodeInfo()
    return try descriptor.serializedBytes()
  }
}

extension FileDescriptor {
  /// The C array with the file's descriptor: `millrace__common__v1__common__file_descriptor`.
  var cDescriptorName: String {
    let path = name.replacing(".proto", with: "").replacing("/", with: "__")
    return String(path.map { $0.isLetter || $0.isNumber ? $0 : "_" }) + "__file_descriptor"
  }
}

/// Access to the arrays for Swift, which cannot see an array of unknown length.
func descriptorDeclarations(_ files: [FileDescriptor]) -> [String] {
  files.flatMap { file in
    let name = file.cDescriptorName
    return [
      "extern const char \(name)[];",
      "static inline const void *\(name)_ptr(void) {", "  return \(name);", "}",
    ]
  }
}

/// The bytes as C literals: no compiler takes long over them, and they cost nothing at the start.
func descriptorCSource(
  _ files: [FileDescriptor], module: String, _ descriptors: OriginalDescriptors
) throws -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/"), "#include \"\(module).h\"")
  for file in files {
    printer.print("", "const char \(file.cDescriptorName)[] =")
    let lines = literals(try descriptors.bytes(of: file))
    for (number, line) in lines.enumerated() {
      printer.print("  \(line)\(number == lines.count - 1 ? ";" : "")")
    }
  }
  return printer.content
}

/// The table over the bytes: what each file is called, imports and defines.
func descriptorSwiftSource(
  _ files: [FileDescriptor], module: String, _ descriptors: OriginalDescriptors
) throws -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/"))
  printer.print("import \(module)", "public import Protobuf", "")
  let byteCounts = try files.map { try descriptors.bytes(of: $0).count }
  printer.print("/// The descriptors of this module's contracts, for reflection.")
  printer.block("public enum \(descriptorTableName(module))") { printer in
    printer.print("/// Every contract, in the order of the files' names.")
    printer.print("public static let files: [FileDescriptorRecord] = [")
    printer.printIndented(files.indices.map { "file\($0)" }.joined(separator: ", "))
    printer.print("]")
    // One constant for each: a single literal of all would take the compiler long.
    for (number, file) in files.enumerated() {
      printer.print("", "private static let file\(number) = FileDescriptorRecord(")
      printer.printIndented(
        "name: \"\(file.name)\",",
        "dependencies: [\(quoted(file.dependencies.map(\.name)))],",
        "symbols: [\(quoted(symbols(file)))],",
        "start: \(file.cDescriptorName)_ptr(),",
        "byteCount: \(byteCounts[number]))")
    }
  }
  return printer.content
}

/// `CContracts` becomes `ContractDescriptors`.
private func descriptorTableName(_ module: String) -> String {
  let name = module.hasPrefix("C") ? module.dropFirst() : module[...]
  return (name.hasSuffix("s") ? name.dropLast() : name) + "Descriptors"
}

/// The full names of everything that a file defines, each before what is in it.
private func symbols(_ file: FileDescriptor) -> [String] {
  file.enums.flatMap(symbols) + file.messages.flatMap(symbols)
    + file.services.flatMap { [$0.fullName] + $0.methods.map(\.fullName) }
}

private func symbols(_ message: Descriptor) -> [String] {
  [message.fullName] + message.fields.map(\.fullName) + message.realOneofs.map(\.fullName)
    + message.enums.flatMap(symbols) + message.messages.flatMap(symbols)
}

private func symbols(_ enumeration: EnumDescriptor) -> [String] {
  [enumeration.fullName] + enumeration.values.map(\.fullName)
}

private func quoted(_ names: [String]) -> String {
  names.map { "\"\($0)\"" }.joined(separator: ", ")
}

/// String literals that together have these bytes, each short enough for a line of 100 columns.
private func literals(_ bytes: [UInt8]) -> [String] {
  var lines: [String] = []
  var line = ""
  for byte in bytes {
    let text = escaped(byte)
    if line.utf8.count + text.utf8.count > 94 {
      lines.append("\"\(line)\"")
      line = ""
    }
    line += text
  }
  return lines + ["\"\(line)\""]
}

/// A byte in a C literal. Three octal digits always: no digit that follows can join them.
private func escaped(_ byte: UInt8) -> String {
  switch byte {
  // A question mark could be part of a trigraph.
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"):
    "\\" + String(UnicodeScalar(byte))
  case 0x20..<0x7F: String(UnicodeScalar(byte))
  default:
    "\\" + String(byte >> 6) + String(byte >> 3 & 7) + String(byte & 7)
  }
}
