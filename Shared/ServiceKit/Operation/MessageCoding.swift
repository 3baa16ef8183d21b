import NIOCore
import Protobuf

/// Messages in and out of the buffers of RPC, without a copy between.
enum MessageCoding {
  static func decode<M: Message>(_ buffer: ByteBuffer) throws -> M {
    try buffer.withUnsafeReadableBytes { try M(decoding: $0) }
  }

  static func encode<M: Message>(_ message: M) throws -> ByteBuffer {
    try message.withPacked { packed in
      var buffer = ByteBufferAllocator().buffer(capacity: packed.byteCount)
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: packed.byteCount) { space in
        packed.write(into: UnsafeMutableRawBufferPointer(rebasing: space[..<packed.byteCount]))
        return packed.byteCount
      }
      return buffer
    }
  }
}
