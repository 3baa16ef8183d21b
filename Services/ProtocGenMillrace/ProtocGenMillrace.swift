import Foundation
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Makes Swift out of contracts: value types over the C structures of protobuf-c, service protocols
/// and clients. `deploy/generate` runs it in two ways:
///
/// - as a `protoc` plugin: a `CodeGeneratorRequest` on standard input, the response on output;
/// - with `--rewrite`: a `FileDescriptorSet` on standard input, the one for `protoc-c` on output.
@main
struct ProtocGenMillrace {
  static func main() {
    do {
      let arguments = CommandLine.arguments.dropFirst()
      let input = FileHandle.standardInput
      switch Array(arguments) {
      case []:
        let request = try Google_Protobuf_Compiler_CodeGeneratorRequest(
          serializedBytes: input.readDataToEndOfFile())
        let generator = Generator(descriptors: OriginalDescriptors(request.protoFile))
        let response = generateCode(request: prepared(request), generator: generator)
        try FileHandle.standardOutput.write(contentsOf: response.serializedData())
      case ["--rewrite"]:
        let set = try Google_Protobuf_FileDescriptorSet(
          serializedBytes: input.readDataToEndOfFile())
        try FileHandle.standardOutput.write(contentsOf: rewritten(set).serializedData())
      default:
        fail("run it through deploy/generate, or with --rewrite; it takes no other arguments")
      }
    } catch {
      fail("\(error)")
    }
  }

  /// Types live in a namespace per package, so that their names need no prefix.
  private static func prepared(
    _ request: Google_Protobuf_Compiler_CodeGeneratorRequest
  ) -> Google_Protobuf_Compiler_CodeGeneratorRequest {
    var request = request
    for index in request.protoFile.indices {
      request.protoFile[index].options.swiftPrefix = ""
    }
    return request
  }

  private static func fail(_ reason: String) -> Never {
    FileHandle.standardError.write(Data("protoc-gen-millrace: \(reason)\n".utf8))
    exit(1)
  }
}

/// Why a contract cannot be generated; the text is what the person at `deploy/generate` reads.
struct GeneratorError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
