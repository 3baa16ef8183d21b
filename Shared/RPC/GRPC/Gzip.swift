import CZlib
import NIOCore

/// gRPC's `gzip` message encoding (RFC 1952), by zlib: one message in, one message out.
enum Gzip {
  /// The bytes in gzip's format.
  static func compress(_ message: ByteBuffer) -> ByteBuffer? {
    var stream = z_stream()
    guard millrace_gzip_start(&stream, Z_DEFAULT_COMPRESSION) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    // The bound is for all input at once, so one call is enough.
    let bound = Int(deflateBound(&stream, UInt(message.readableBytes)))
    var output = ByteBufferAllocator().buffer(capacity: bound)
    let result = message.withUnsafeReadableBytes { input in
      run(&stream, input, &output, atMost: bound) { deflate($0, Z_FINISH) }
    }
    return result == Z_STREAM_END ? output : nil
  }

  /// The bytes that were compressed, at most `maximum` of them.
  ///
  /// Throws `RESOURCE_EXHAUSTED` as soon as there are more, without inflating the rest: that is the
  /// defence against a few bytes that stand for gigabytes. Throws `INTERNAL` for anything that is
  /// not exactly one gzip stream.
  static func decompress(_ message: ByteBuffer, maximum: Int) throws(Status) -> ByteBuffer {
    var stream = z_stream()
    guard millrace_gunzip_start(&stream) == Z_OK else { throw outOfMemory }
    defer { inflateEnd(&stream) }
    var output = ByteBuffer()
    let result = message.withUnsafeReadableBytes { input in
      inflateAll(&stream, input, &output, maximum: maximum)
    }
    guard output.readableBytes <= maximum else {
      throw Status(
        code: .resourceExhausted, reason: "MESSAGE_TOO_LARGE",
        message: "the decompressed message has more than \(maximum) bytes, which is the limit")
    }
    guard result != Z_MEM_ERROR else { throw outOfMemory }
    guard result == Z_STREAM_END, stream.avail_in == 0 else {
      throw Status(
        code: .internalError, reason: "MESSAGE_NOT_GZIP",
        message: "the compressed message is not whole gzip data")
    }
    return output
  }

  private static let outOfMemory = Status(
    code: .resourceExhausted, reason: "OUT_OF_MEMORY",
    message: "there is no memory to decompress the message")

  /// What is inflated at a time: the least that memory grows by.
  private static let stepBytes = 16 << 10

  private static func inflateAll(
    _ stream: inout z_stream, _ input: UnsafeRawBufferPointer, _ output: inout ByteBuffer,
    maximum: Int
  ) -> Int32 {
    stream.next_in = inputPointer(input)
    stream.avail_in = UInt32(clamping: input.count)
    var result = Z_OK
    // One byte more than may be tells a message that is too long from one that just fits.
    while result == Z_OK, output.readableBytes <= maximum {
      let step = min(max(stepBytes, output.readableBytes), maximum + 1 - output.readableBytes)
      let before = (stream.avail_in, output.readableBytes)
      result = fill(&stream, &output, step) { inflate($0, Z_NO_FLUSH) }
      // Neither taken nor given: the input is cut off.
      if before == (stream.avail_in, output.readableBytes) { break }
    }
    return result
  }

  private static func run(
    _ stream: inout z_stream, _ input: UnsafeRawBufferPointer, _ output: inout ByteBuffer,
    atMost count: Int, _ step: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> Int32 {
    stream.next_in = inputPointer(input)
    stream.avail_in = UInt32(clamping: input.count)
    return fill(&stream, &output, count, step)
  }

  /// Lets zlib write at most `count` bytes to the end of the buffer.
  private static func fill(
    _ stream: inout z_stream, _ output: inout ByteBuffer, _ count: Int,
    _ step: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> Int32 {
    var result = Z_OK
    output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
      stream.next_out = space.bindMemory(to: UInt8.self).baseAddress
      stream.avail_out = UInt32(clamping: count)
      result = step(&stream)
      return count - Int(stream.avail_out)
    }
    return result
  }

  private static func inputPointer(_ input: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>?
  {
    // zlib only reads there, but its interface says otherwise.
    UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
  }
}
