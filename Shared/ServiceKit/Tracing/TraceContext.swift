public import Environment
public import RPC
import Synchronization

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
    let found = metadata.withOnlyValue("traceparent") { Self(traceparent: $0) }
    guard let context = found.flatMap(\.self) else { return nil }
    self = context
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

  /// Of a text of our own, whose form need not be looked at.
  fileprivate init(madeOf traceparent: String) {
    traceID = String(traceparent.dropFirst(3).prefix(Self.idByteCount))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }
}

/// Makes contexts for calls that came without one. Each is unlike any other: a random start for each
/// program, and a number. It is made for every call, so it takes no randomness of its own.
public final class TraceSource: Sendable {
  private let start: UInt64
  private let number: Atomic<UInt64>

  /// A source that starts at random.
  public init(_ randomness: Randomness) {
    // Never zero, which would be no identity.
    start = randomness.next() | 1
    number = Atomic(randomness.next())
  }

  /// A context that no call has had.
  public func context() -> TraceContext {
    TraceContext(
      madeOf: String(unsafeUninitializedCapacity: TraceContext.byteCount) { bytes in
        write(UnsafeMutableRawBufferPointer(bytes))
        return TraceContext.byteCount
      })
  }

  /// Adds a `traceparent` that no call has had. Its flags say that nobody records the trace.
  public func append(to metadata: inout Metadata) {
    metadata.append("traceparent", byteCount: TraceContext.byteCount) { write($0) }
  }

  private func write(_ bytes: UnsafeMutableRawBufferPointer) {
    let number = number.wrappingAdd(1, ordering: .relaxed).newValue
    var writer = Writer(bytes: bytes)
    writer.add("00-")
    writer.add(start)
    writer.add(number)
    writer.add("-")
    writer.add(number | 1 << 63)
    writer.add("-00")
  }

  private struct Writer {
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

    private mutating func add(byte: UInt8) {
      bytes[count] = byte
      count += 1
    }
  }
}
