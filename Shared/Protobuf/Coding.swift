package import CProtobufC

/// Memory on the stack that most messages' structures fit in. The compiler keeps temporary
/// allocations of up to this size off the heap.
private let stackByteCount = 1024

/// A message as the C structures that protobuf-c packs, measured. Valid only inside `withPacked`.
public struct PackedMessage {
  /// The size of the serialized message in bytes.
  public let byteCount: Int
  private let message: UnsafePointer<ProtobufCMessage>

  fileprivate init(_ message: UnsafePointer<ProtobufCMessage>) throws(EncodingError) {
    byteCount = protobuf_c_message_get_packed_size(message)
    guard byteCount <= Int32.max else { throw EncodingError.tooLarge(byteCount: byteCount) }
    self.message = message
  }

  /// Writes the serialized message to the beginning of `buffer`, which must have at least
  /// `byteCount` bytes.
  public func write(into buffer: UnsafeMutableRawBufferPointer) {
    precondition(buffer.count >= byteCount, "the buffer is smaller than the message")
    guard let start = buffer.baseAddress, byteCount > 0 else { return }
    protobuf_c_message_pack(message, start.assumingMemoryBound(to: UInt8.self))
  }
}

/// Checks and unpacks one message, and lets `read` copy what it wants out of the structures, which
/// are gone afterwards. Not generic: a generic one copies the value once more on its way out.
package func withUnpacked(
  _ bytes: UnsafeRawBufferPointer, _ type: UnsafePointer<ProtobufCMessageDescriptor>,
  _ limits: DecodingLimits, _ read: (UnsafeRawPointer) throws(DecodingError) -> Void
) throws(DecodingError) {
  guard bytes.count <= limits.maximumByteCount else {
    throw .tooLarge(byteCount: bytes.count, limit: limits.maximumByteCount)
  }
  var scan = WireScan(limits: limits)
  try scan.scan(bytes, as: type)
  try withUnsafeTemporaryAllocation(byteCount: stackByteCount, alignment: Arena.alignment) {
    (stack) throws(DecodingError) in
    var arena = Arena(first: stack, budget: limits.arenaByteCount)
    let message = arena.withAllocator { allocator in
      protobuf_c_message_unpack(
        type, allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    guard let message else {
      if arena.isExhausted { throw .tooMuchMemory(limit: limits.arenaByteCount) }
      throw .malformed(message: type.fullName)
    }
    try read(UnsafeRawPointer(message))
  }
}

/// Lets `fill` make the C structures of one message, measures them and passes them to `body`.
package func withPackable<Result>(
  _ fill: (inout Arena) -> UnsafePointer<ProtobufCMessage>,
  _ body: (PackedMessage) throws -> Result
) throws -> Result {
  try withUnsafeTemporaryAllocation(byteCount: stackByteCount, alignment: Arena.alignment) {
    stack in
    var arena = Arena(first: stack, budget: .max)
    return try body(PackedMessage(fill(&arena)))
  }
}
