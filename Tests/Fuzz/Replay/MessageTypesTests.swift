import Contracts
import Protobuf
import SwiftProtobuf
import TestContracts
import Testing

@Suite struct `The types that are fuzzed` {
  @Test func `are all messages of all contracts`() throws {
    let files = ContractDescriptors.files + TestContractDescriptors.files
    let defined = try files.flatMap { file in
      let descriptor = try Google_Protobuf_FileDescriptorProto(serializedBytes: file.bytes)
      return descriptor.messageType.flatMap { names(of: $0, in: descriptor.package) }
    }
    #expect(MessageTypes.all.map { $0.fullName }.sorted() == defined.sorted())
  }

  /// A message and those in it; the entries of maps are no types of ours.
  private func names(of message: Google_Protobuf_DescriptorProto, in scope: String) -> [String] {
    guard !message.options.mapEntry else { return [] }
    let name = "\(scope).\(message.name)"
    return [name] + message.nestedType.flatMap { names(of: $0, in: name) }
  }
}
