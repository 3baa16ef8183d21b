import CNghttp2
import Testing

/// Reads header blocks with nghttp2's own HPACK decoder.
enum HeaderReader {
  /// The headers of a frame, after decoding all blocks before it (HPACK has a memory).
  static func read(_ frames: [ReceivedFrame], upTo last: ReceivedFrame) throws -> [String: String] {
    var inflater: OpaquePointer?
    try #require(nghttp2_hd_inflate_new(&inflater) == 0)
    defer { nghttp2_hd_inflate_del(inflater) }
    for frame in frames where frame.type == 1 {
      let list = try read(frame.payload, inflater)
      if frame == last { return list }
    }
    return [:]
  }

  private static func read(_ block: [UInt8], _ inflater: OpaquePointer?) throws -> [String: String]
  {
    var list: [String: String] = [:]
    var offset = 0
    while true {
      var field = nghttp2_nv()
      var flags: Int32 = 0
      let count = block.withUnsafeBufferPointer { bytes in
        nghttp2_hd_inflate_hd2(
          inflater, &field, &flags, bytes.baseAddress.map { $0 + offset }, bytes.count - offset, 1)
      }
      try #require(count >= 0)
      offset += count
      if UInt32(flags) & NGHTTP2_HD_INFLATE_EMIT.rawValue != 0 {
        list[text(field.name, field.namelen)] = text(field.value, field.valuelen)
      }
      if UInt32(flags) & NGHTTP2_HD_INFLATE_FINAL.rawValue != 0 {
        nghttp2_hd_inflate_end_headers(inflater)
        return list
      }
      if count == 0 { return list }
    }
  }

  private static func text(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
