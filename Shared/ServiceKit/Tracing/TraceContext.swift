public import RPC

/// The identity by which a call is found in the logs of every program it went through: W3C Trace
/// Context, metadata `traceparent`.
public struct TraceContext: Sendable, Hashable {
  static let byteCount = 55
  private static let idByteCount = 32

  /// 32 lower-case hexadecimal digits.
  public let traceID: String

  /// The context that came with a call; `nil` when none did, more than one, or one that breaks the
  /// rule (`00-<32 digits>-<16 digits>-<2 digits>`, no identity all zeros). Read in its place: this is
  /// done for every call.
  public init?(_ metadata: Metadata) {
    var found: TraceContext?
    guard metadata.readOnlyValue("traceparent", { found = Self(traceparent: $0) }),
      let found
    else { return nil }
    self = found
  }

  private init?(traceparent bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.byteCount, Self.isWhole(bytes),
      [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
      [0..<2, 3..<35, 36..<52, 53..<55].allSatisfy({ bytes[$0].allSatisfy(Self.isDigit) }),
      [3..<35, 36..<52].allSatisfy({ bytes[$0].contains { $0 != UInt8(ascii: "0") } })
    else { return nil }
    traceID = String(decoding: bytes[3..<35], as: UTF8.self)
  }

  /// Later versions may have more behind a hyphen; version 00 has not, and ff is none.
  private static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let version = bytes[0..<2]
    if version.elementsEqual("00".utf8) { return bytes.count == byteCount }
    return !version.elementsEqual("ff".utf8)
      && (bytes.count == byteCount || bytes[byteCount] == UInt8(ascii: "-"))
  }

  /// The context of a call, the same in everything that is said about it: the one that it came with,
  /// or one of its own.
  public init(_ call: CallContext) {
    self = Self(call.metadata) ?? Self(call.id)
  }

  /// The context of an operation's call.
  init(of call: Call) { traceID = call.traceID }

  /// The identity of a call that came without one.
  init(_ call: CallID) {
    traceID = String(unsafeUninitializedCapacity: Self.idByteCount) { bytes in
      var writer = TraceWriter(bytes: UnsafeMutableRawBufferPointer(bytes))
      writer.add(call.connection)
      writer.add(call.number)
      return Self.idByteCount
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }
}

extension TraceContext {
  /// As metadata of a call that is made for this one, which has an identity of its own in the trace.
  var traceparent: (name: String, value: String) {
    let value = String(unsafeUninitializedCapacity: Self.byteCount) { bytes in
      var writer = TraceWriter(bytes: UnsafeMutableRawBufferPointer(bytes))
      writer.add("00-")
      for byte in traceID.utf8 { writer.add(byte: byte) }
      writer.add("-")
      writer.add(UInt64.random(in: 1 ... .max))
      writer.add("-00")
      return Self.byteCount
    }
    return ("traceparent", value)
  }

  /// Adds the `traceparent` of a call that came without one. Its flags say that nobody records the
  /// trace. Written in its place: this is done for most calls.
  public static func append(_ call: CallID, to metadata: inout Metadata) {
    metadata.append("traceparent", byteCount: byteCount) { bytes in
      var writer = TraceWriter(bytes: bytes)
      writer.add("00-")
      writer.add(call.connection)
      writer.add(call.number)
      writer.add("-")
      writer.add(call.number | 1 << 63)
      writer.add("-00")
    }
  }
}

private struct TraceWriter {
  let bytes: UnsafeMutableRawBufferPointer
  var count = 0

  mutating func add(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { add(byte: text.utf8Start[index]) }
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
      add(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  mutating func add(byte: UInt8) {
    bytes[count] = byte
    count += 1
  }
}
