import Contracts
import Protobuf
import SwiftProtobuf
import TestContracts
import Testing

/// The descriptors for reflection, read by SwiftProtobuf. That they are protoc's own is shown in
/// the tests of the generator.
@Suite("File descriptors") struct FileDescriptorRecordTests {
  private let files = ContractDescriptors.files + TestContractDescriptors.files

  private func descriptor(
    _ file: FileDescriptorRecord
  ) throws -> Google_Protobuf_FileDescriptorProto {
    try Google_Protobuf_FileDescriptorProto(serializedBytes: file.bytes)
  }

  @Test func sayTheNameAndTheImportsOfTheirFile() throws {
    for file in files {
      let descriptor = try descriptor(file)
      #expect(file.name == descriptor.name)
      #expect(file.dependencies == descriptor.dependency)
    }
  }

  @Test func areWithoutComments() throws {
    for file in files {
      #expect(try !descriptor(file).hasSourceCodeInfo, "\(file.name)")
    }
  }

  @Test func nameEverythingThatIsDefined() throws {
    for file in files {
      let descriptor = try descriptor(file)
      let scope = descriptor.package
      var defined = descriptor.enumType.flatMap { names(of: $0, in: scope) }
      defined += descriptor.messageType.flatMap { names(of: $0, in: scope) }
      for service in descriptor.service {
        defined.append("\(scope).\(service.name)")
        defined += service.method.map { "\(scope).\(service.name).\($0.name)" }
      }
      #expect(file.symbols.sorted() == defined.sorted(), "\(file.name)")
    }
  }

  @Test func areCompleteAndDefineNothingTwice() {
    for files in [ContractDescriptors.files, TestContractDescriptors.files] {
      let names = files.map(\.name)
      #expect(names == names.sorted())
      #expect(Set(names).isSuperset(of: files.flatMap(\.dependencies)))
      let symbols = files.flatMap(\.symbols)
      #expect(Set(symbols).count == symbols.count)
    }
    #expect(
      ContractDescriptors.files.first { $0.symbols.contains("grpc.health.v1.Health.Check") }?.name
        == "grpc/health/v1/health.proto")
  }

  private func names(of message: Google_Protobuf_DescriptorProto, in scope: String) -> [String] {
    let scope = "\(scope).\(message.name)"
    // An `optional` field lies in a oneof that only protoc knows of.
    let hidden = Set(message.field.filter(\.proto3Optional).map(\.oneofIndex))
    let oneofs = message.oneofDecl.indices.filter { !hidden.contains(Int32($0)) }
    return [scope] + message.field.map { "\(scope).\($0.name)" }
      + oneofs.map { "\(scope).\(message.oneofDecl[$0].name)" }
      + message.enumType.flatMap { names(of: $0, in: scope) }
      + message.nestedType.flatMap { names(of: $0, in: scope) }
  }

  /// The values of an enumeration are beside it, not in it.
  private func names(
    of enumeration: Google_Protobuf_EnumDescriptorProto, in scope: String
  ) -> [String] {
    ([enumeration.name] + enumeration.value.map(\.name)).map { "\(scope).\($0)" }
  }
}
