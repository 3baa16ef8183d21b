public import Environment
public import RPC
import Synchronization

/// The identity by which a call is found in the logs of every program it went through: W3C Trace
/// Context, metadata `traceparent`.
public struct TraceContext: Sendable, Hashable {
  /// The metadata that carries it.
  public static let metadataName = "traceparent"
  static let byteCount = 55
  static let idByteCount = 32

  /// 32 lower-case hexadecimal digits.
  public let traceID: String

  /// The context that came with a call; `nil` when none did, or one that breaks the rule
  /// (`00-<32 digits>-<16 digits>-<2 digits>`, no identity all zeros).
  public init?(_ metadata: Metadata) {
    guard let text = metadata[Self.metadataName] else { return nil }
    self.init(traceparent: text)
  }

  init?(traceparent text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.byteCount else { return nil }
    let (version, trace, span, flags) = (
      bytes[0..<2], bytes[3..<35], bytes[36..<52], bytes[53..<55]
    )
    // Later versions may have more behind a hyphen; version 00 has not, and ff is none.
    let isWhole =
      version.elementsEqual("00".utf8)
      ? bytes.count == Self.byteCount
      : !version.elementsEqual("ff".utf8)
        && (bytes.count == Self.byteCount || bytes[55] == UInt8(ascii: "-"))
    guard isWhole, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
      [version, trace, span, flags].joined().allSatisfy(Self.isDigit),
      [trace, span].allSatisfy({ $0.contains { $0 != UInt8(ascii: "0") } })
    else { return nil }
    traceID = String(decoding: trace, as: UTF8.self)
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
