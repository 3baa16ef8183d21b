import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Words that the generated code uses without a module in front; a message or enumeration of such
/// a name would hide them. Swift's own names are escaped by the plugin library.
private let reservedTypeNames: Set<String> = [
  "Arena", "BidirectionalCall", "CallOptions", "ClientStreamingCall", "DecodingError",
  "DecodingLimits", "Message", "Method", "PackedMessage", "RequestStream", "ResponseStream",
  "ResponseWriter", "ServiceCaller",
]

/// Refuses what cannot be generated: other languages than proto3, recursive messages, names
/// that hide what the generated code uses.
func checkSupported(_ files: [FileDescriptor]) throws {
  let roots = Set(files.compactMap { namespace($0.package).first })
  for file in files {
    guard file.edition == .proto3 else {
      throw GeneratorError("\(file.name): only proto3 is supported")
    }
    guard !file.package.isEmpty else {
      throw GeneratorError("\(file.name): a package is needed, it becomes the Swift namespace")
    }
    for message in file.messages {
      try checkNames(message, roots)
      try checkRecursion(message, path: [])
    }
    for enumeration in file.enums {
      try checkName(enumeration.name, enumeration.fullName, roots)
    }
  }
}

private func checkNames(_ message: Descriptor, _ roots: Set<String>) throws {
  try checkName(message.name, message.fullName, roots)
  for enumeration in message.enums {
    try checkName(enumeration.name, enumeration.fullName, roots)
  }
  for nested in message.messages {
    try checkNames(nested, roots)
  }
}

private func checkName(_ name: String, _ fullName: String, _ roots: Set<String>) throws {
  if reservedTypeNames.contains(name) || roots.contains(name) {
    throw GeneratorError("\(fullName): \(name) is a name of the generated code; choose another")
  }
}

/// Walks every way down from `message`. protobuf-c has no limit on recursion, and Swift values
/// cannot contain themselves.
private func checkRecursion(_ message: Descriptor, path: [Descriptor]) throws {
  if let start = path.firstIndex(where: { $0 === message }) {
    let cycle = (path[start...] + [message]).map(\.fullName).joined(separator: " → ")
    throw GeneratorError("recursive messages are not supported: \(cycle)")
  }
  for field in message.fields {
    if let type = field.messageType {
      try checkRecursion(type, path: path + [message])
    }
  }
  if path.isEmpty {
    for nested in message.messages {
      try checkRecursion(nested, path: [])
    }
  }
}
