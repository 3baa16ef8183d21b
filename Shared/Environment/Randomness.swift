import Synchronization

/// A source of random numbers that many tasks may share.
public final class Randomness: Sendable {
  private let generator: Mutex<any RandomNumberGenerator & Sendable>

  /// Randomness from a generator.
  public init(_ generator: some RandomNumberGenerator & Sendable) {
    self.generator = Mutex(generator)
  }

  /// Sixty-four random bits.
  public func next() -> UInt64 { generator.withLock { $0.next() } }

  /// A number of the range, each equally likely.
  public func number(in range: Range<Int>) -> Int {
    generator.withLock { Self.number(in: range, using: &$0) }
  }

  /// So many random bytes.
  public func bytes(_ count: Int) -> [UInt8] {
    generator.withLock { generator in
      (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
    }
  }

  private static func number(
    in range: Range<Int>, using generator: inout some RandomNumberGenerator
  ) -> Int {
    Int.random(in: range, using: &generator)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same sequence for the same seed
/// everywhere. Not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The generator of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
