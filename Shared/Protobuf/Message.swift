/// A protobuf message as a Swift value.
///
/// The types that conform are generated from `proto/` by `deploy/generate`; nobody conforms by
/// hand. Fields without presence hold their zero value when absent, fields with presence (messages,
/// `optional`) are Swift optionals, a `oneof` is an optional enumeration, a `map` is a dictionary.
///
/// What differs from other protobuf implementations, on purpose:
/// - A singular message field that is sent twice is refused (`DecodingError.duplicateField`): the
///   specification asks for merging, which protobuf-c does wrongly. No known encoder sends one
///   twice.
/// - A field of a known number with another wire type than declared is refused, not kept as
///   unknown.
/// - Unknown fields are checked and dropped; unknown enum values are kept (`unrecognized`).
/// - The text of a string field that a later value of the same field or oneof replaces is not
///   checked.
/// - Negative zero in a `float` or `double` without presence is not sent: it arrives as zero.
public protocol Message: Sendable, Hashable {
  /// A message with every field absent or zero.
  init()

  /// The message's full name in the contracts, for example `millrace.production.v1.Order`.
  static var fullName: String { get }

  /// Decodes one serialized message that fills `bytes` exactly. No pointer into `bytes` is kept.
  ///
  /// - Throws: `DecodingError`, which names the field where there is one.
  init(decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits) throws(DecodingError)

  /// Measures the message once and lets `body` pack it where the caller wants it, without an
  /// intermediate copy. The packed message is valid only inside `body`.
  ///
  /// - Throws: `EncodingError` when the message is too large to be sent at all, and what `body`
  ///   throws.
  func withPacked<Result>(_ body: (PackedMessage) throws -> Result) throws -> Result
}

extension Message {
  /// A message whose fields are set by `configure`.
  public static func with(_ configure: (inout Self) throws -> Void) rethrows -> Self {
    var message = Self()
    try configure(&message)
    return message
  }

  /// Decodes one serialized message with the default limits.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(DecodingError) {
    try self.init(decoding: bytes, limits: .default)
  }

  /// Decodes one serialized message.
  public init(
    decoding bytes: [UInt8], limits: DecodingLimits = .default
  ) throws(DecodingError) {
    self = try bytes.span.bytes.withUnsafeBytes { (bytes) throws(DecodingError) in
      try Self(decoding: bytes, limits: limits)
    }
  }

  /// The serialized message. Fields come in the order of their numbers; the order of map entries
  /// is not defined.
  public func encoded() throws -> [UInt8] {
    try withPacked { packed in
      // All empty arrays are one object, to which this initializer would write its count of zero.
      guard packed.byteCount > 0 else { return [] }
      return [UInt8](unsafeUninitializedCapacity: packed.byteCount) { buffer, count in
        packed.write(into: UnsafeMutableRawBufferPointer(buffer))
        count = packed.byteCount
      }
    }
  }

  /// How many bytes the serialized message takes. It costs nearly as much as encoding: whoever
  /// wants both uses `withPacked`.
  public var encodedByteCount: Int {
    get throws { try withPacked { $0.byteCount } }
  }

  /// Packs the message at the beginning of `buffer`.
  ///
  /// - Returns: how many bytes were written.
  /// - Throws: `EncodingError.bufferTooSmall` when it does not fit; nothing is written then.
  public func encode(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try withPacked { packed in
      guard packed.byteCount <= buffer.count else {
        throw EncodingError.bufferTooSmall(byteCount: packed.byteCount, available: buffer.count)
      }
      packed.write(into: buffer)
      return packed.byteCount
    }
  }
}
