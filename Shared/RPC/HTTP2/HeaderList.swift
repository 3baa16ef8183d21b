import CNghttp2

/// Headers on their way into nghttp2, which copies them: one run of bytes and the places in it.
struct HeaderList {
  private var bytes: [UInt8] = []
  private var fields: [(nameStart: Int, valueStart: Int, end: Int)] = []

  mutating func append(_ name: StaticString, _ value: StaticString) {
    add { bytes in
      name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    } value: { bytes in
      value.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
  }

  mutating func append(_ name: StaticString, _ value: some Sequence<UInt8>) {
    add { bytes in
      name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    } value: {
      $0.append(contentsOf: value)
    }
  }

  mutating func append(contentsOf metadata: Metadata) {
    metadata.forEachEntry { name, value in
      add {
        $0.append(contentsOf: name)
      } value: {
        $0.append(contentsOf: value)
      }
    }
  }

  mutating func removeAllKeepingCapacity() {
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }

  private mutating func add(
    name: (inout [UInt8]) -> Void, value: (inout [UInt8]) -> Void
  ) {
    let nameStart = bytes.count
    name(&bytes)
    let valueStart = bytes.count
    value(&bytes)
    fields.append((nameStart, valueStart, bytes.count))
  }

  /// Whether a header has another value with each call. In HPACK's table (RFC 7541 §2.3.2) it would
  /// push out what is the same each time, and that would be sent anew: kept out of it, a call through
  /// the Gateway takes 5 % less processor time (8.5 instead of 9.0 µs, `deploy/bench gateway`).
  private static func changes(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Range<Int>) -> Bool {
    let name = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[place])
    return switch name.count {
    case 11: name.equals("traceparent")
    case 12: name.equals("grpc-timeout") || name.equals("grpc-message")
    case 15: name.equals("ratelimit-reset")
    case 19: name.equals("ratelimit-remaining")
    case 23: name.equals("grpc-status-details-bin")
    default: false
    }
  }

  /// Calls the body with nghttp2's form of the headers, valid inside it only.
  func withFields<Result>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: fields.count) { list in
        for (index, field) in fields.enumerated() {
          list.initializeElement(
            at: index,
            to: nghttp2_nv(
              name: UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + field.nameStart }),
              value: UnsafeMutablePointer(
                mutating: bytes.baseAddress.map { $0 + field.valueStart }),
              namelen: field.valueStart - field.nameStart,
              valuelen: field.end - field.valueStart,
              flags: UInt8(
                Self.changes(bytes, field.nameStart..<field.valueStart)
                  ? NGHTTP2_NV_FLAG_NO_INDEX.rawValue : NGHTTP2_NV_FLAG_NONE.rawValue)))
        }
        return body(UnsafeBufferPointer(list))
      }
    }
  }
}

/// Headers known when the program was written: prepared once, never copied by nghttp2.
struct StaticHeaders: @unchecked Sendable {
  // Unchecked: the memory is written here, then only read, and lives as long as the program.
  let fields: UnsafeBufferPointer<nghttp2_nv>

  init(_ headers: KeyValuePairs<StaticString, StaticString>) {
    let list = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: headers.count)
    let flags = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
    for (index, header) in headers.enumerated() {
      list.initializeElement(
        at: index,
        to: nghttp2_nv(
          name: UnsafeMutablePointer(mutating: header.key.utf8Start),
          value: UnsafeMutablePointer(mutating: header.value.utf8Start),
          namelen: header.key.utf8CodeUnitCount, valuelen: header.value.utf8CodeUnitCount,
          flags: UInt8(flags)))
    }
    fields = UnsafeBufferPointer(list)
  }
}
