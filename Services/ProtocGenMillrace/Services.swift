import SwiftProtobufPluginLibrary

/// For each service of a contract: its methods, the protocol a server implements, and the client.
func serviceSource(_ file: FileDescriptor) -> String {
  var printer = CodePrinter.lines()
  printer.print(fileHeader("proto/\(file.name)"))
  printer.print("public import Protobuf")
  for service in file.services {
    printer.print("")
    printer.block("extension \(file.namespaceName)") { printer in
      printMethods(service, &printer)
      printer.print("")
      printProtocol(service, &printer)
      printer.print("")
      printClient(service, &printer)
    }
  }
  return printer.content
}

extension MethodDescriptor {
  /// The Swift function: `reportProduction`.
  fileprivate var swiftName: String {
    let name = NamingUtils.toLowerCamelCase(name)
    return ["init", "self"].contains(name) ? "`\(name)`" : name
  }
  fileprivate var types: String { "\(inputType.swiftName), \(outputType.swiftName)" }

  /// The case of `MethodKind`, which is also the function of `ServiceCaller`.
  fileprivate var kind: String {
    switch (clientStreaming, serverStreaming) {
    case (false, false): "unary"
    case (false, true): "serverStreaming"
    case (true, false): "clientStreaming"
    case (true, true): "bidirectionalStreaming"
    }
  }

  /// What a server implements, without `func`.
  fileprivate var serverSignature: String {
    let input =
      clientStreaming
      ? "_ requests: RequestStream<\(inputType.swiftName)>" : "_ request: \(inputType.swiftName)"
    return serverStreaming
      ? "\(swiftName)(\(input), context: Context, "
        + "responses: any ResponseWriter<\(outputType.swiftName)>) async throws"
      : "\(swiftName)(\(input), context: Context) async throws -> \(outputType.swiftName)"
  }

  /// What a client offers, without `func`.
  fileprivate var clientSignature: String {
    let input = clientStreaming ? "" : "_ request: \(inputType.swiftName), "
    let output =
      switch (clientStreaming, serverStreaming) {
      case (false, false): outputType.swiftName
      case (false, true): "ResponseStream<\(outputType.swiftName)>"
      case (true, false): "ClientStreamingCall<\(types)>"
      case (true, true): "BidirectionalCall<\(types)>"
      }
    return "\(swiftName)(\(input)options: CallOptions = .init()) async throws -> \(output)"
  }
}

private func printMethods(_ service: ServiceDescriptor, _ printer: inout CodePrinter) {
  printer.lines(service.documentation(otherwise: "`\(service.fullName)`."))
  printer.block("public enum \(service.name)") { printer in
    printer.print("/// The service's full name in the contracts.")
    printer.print("public static let name = \"\(service.fullName)\"", "")
    for method in service.methods {
      printer.lines(method.documentation(otherwise: "`\(method.name)`."))
      printer.print("public static let \(method.swiftName) = Method<\(method.types)>(")
      printer.printIndented("service: name, name: \"\(method.name)\", kind: .\(method.kind))")
      printer.print("")
    }
    printer.print("/// The names of all methods, in the order of the contract.")
    let names = service.methods.map { "\"\($0.name)\"" }.joined(separator: ", ")
    printer.print("public static let methodNames: [String] = [", names, "]")
  }
}

private func printProtocol(_ service: ServiceDescriptor, _ printer: inout CodePrinter) {
  printer.print("/// A server of `\(service.fullName)`.")
  printer.block("public protocol \(service.name)Protocol: Sendable") { printer in
    printer.print("/// What a server knows about a call besides its request.")
    printer.print("associatedtype Context: Sendable")
    for method in service.methods {
      printer.print("")
      printer.lines(method.documentation(otherwise: "`\(method.name)`."))
      printer.print("func \(method.serverSignature)")
    }
  }
}

private func printClient(_ service: ServiceDescriptor, _ printer: inout CodePrinter) {
  printer.print("/// Calls `\(service.fullName)`.")
  printer.block("public struct \(service.name)Client: Sendable") { printer in
    printer.print("private let caller: any ServiceCaller", "")
    printer.print("/// A client whose calls `caller` carries.")
    printer.print("public init(_ caller: any ServiceCaller) { self.caller = caller }")
    for method in service.methods {
      let constant = "\(service.file.namespaceName).\(service.name).\(method.swiftName)"
      let arguments = method.clientStreaming ? [constant] : [constant, "request"]
      printer.print("")
      printer.lines(method.documentation(otherwise: "`\(method.name)`."))
      printer.block("public func \(method.clientSignature)") {
        $0.print(
          "try await caller.\(method.kind)("
            + (arguments + ["options"]).joined(separator: ", ") + ")")
      }
    }
  }
}
