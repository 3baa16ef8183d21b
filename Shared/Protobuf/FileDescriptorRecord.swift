/// One file of the contracts as reflection gives it away: the `FileDescriptorProto` that protoc
/// made of it, without comments, and what is in it. Generated; nothing is parsed at run time.
public struct FileDescriptorRecord: Sendable {
  /// The file's name as other files import it: `millrace/common/v1/common.proto`.
  public let name: String
  /// The names of the files that it imports, in their order.
  public let dependencies: [String]
  /// The full names of everything that it defines: messages (nested ones and map entries too),
  /// fields, oneofs, enumerations, their values, services, methods.
  public let symbols: [String]

  // It points to a constant of the program: nobody writes there and nobody frees it.
  private nonisolated(unsafe) let constant: UnsafeRawBufferPointer

  /// A record over a constant of the C side.
  package init(
    name: String, dependencies: [String], symbols: [String], start: UnsafeRawPointer,
    byteCount: Int
  ) {
    self.name = name
    self.dependencies = dependencies
    self.symbols = symbols
    constant = UnsafeRawBufferPointer(start: start, count: byteCount)
  }

  /// The serialized `google.protobuf.FileDescriptorProto`; a copy.
  public var bytes: [UInt8] { Array(constant) }
}
