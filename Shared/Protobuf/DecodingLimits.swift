/// What one message may cost to decode. The defaults are for messages from outside the process.
public struct DecodingLimits: Sendable, Hashable {
  /// The largest serialized message, in bytes. Default: 4 MiB, the usual limit of gRPC.
  public var maximumByteCount: Int

  /// How many messages may be nested in each other, the outermost counted. Default: 32. Contracts
  /// have no recursive types, so that this only guards against a contract that nests too far.
  public var maximumDepth: Int

  /// How many messages, elements of repeated fields (packed ones aside, they cost no more than
  /// eight times their bytes) and unknown fields may occur in all levels together. Default:
  /// 200,000, about 20 bytes each for the largest message; it bounds what the Swift values take.
  public var maximumElementCount: Int

  /// How much memory protobuf-c may use while it unpacks, in bytes. Default: 32 MiB. Empty
  /// messages and unknown fields take 30 to 45 times their size on the wire (measured), so that a
  /// small message could otherwise ask for hundreds of megabytes.
  public var arenaByteCount: Int

  /// Limits as given, the defaults otherwise.
  public init(
    maximumByteCount: Int = 4 << 20, maximumDepth: Int = 32, maximumElementCount: Int = 200_000,
    arenaByteCount: Int = 32 << 20
  ) {
    self.maximumByteCount = maximumByteCount
    self.maximumDepth = maximumDepth
    self.maximumElementCount = maximumElementCount
    self.arenaByteCount = arenaByteCount
  }

  /// The defaults.
  public static let `default` = DecodingLimits()
}
