public import NIOCore
public import Protobuf
public import TestContracts

/// The test service's messages in and out of RPC's buffers.
public typealias Testing = TestContracts.Grpc.Testing

extension ByteBuffer {
  /// The bytes of a message.
  public init(_ message: some Message) throws {
    self = try message.withPacked { packed in
      var buffer = ByteBufferAllocator().buffer(capacity: packed.byteCount)
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: packed.byteCount) { space in
        packed.write(into: UnsafeMutableRawBufferPointer(rebasing: space[..<packed.byteCount]))
        return packed.byteCount
      }
      return buffer
    }
  }

  /// The message in the bytes.
  public func decoded<M: Message>(_ type: M.Type = M.self) throws -> M {
    try withUnsafeReadableBytes { try M(decoding: $0) }
  }
}

extension Testing.Payload {
  /// Zeros, as many as that.
  public static func zeros(_ count: Int) -> Testing.Payload {
    .with { $0.body = [UInt8](repeating: 0, count: max(0, count)) }
  }
}

/// `/grpc.testing.TestService/` and the method's name.
public func testPath(_ method: String) -> String { "/grpc.testing.TestService/\(method)" }

/// Metadata that the test service sends back.
public enum EchoedMetadata {
  /// Comes back before the first message.
  public static let initial = "x-grpc-test-echo-initial"
  /// Comes back with the status.
  public static let trailing = "x-grpc-test-echo-trailing-bin"
}
