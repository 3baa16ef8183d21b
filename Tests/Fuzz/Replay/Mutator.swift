import Environment
import Seeds

/// Makes new inputs from kept ones, as libFuzzer would: bytes changed, lost, repeated, taken from
/// another input. The same seed makes the same ones.
struct Mutator: RandomNumberGenerator {
  private var generator: SeededGenerator
  private let inputs: [[UInt8]]
  private let longestBytes: Int

  init(_ seed: TestSeed, inputs: [[UInt8]], longestBytes: Int) {
    generator = seed.generator()
    self.inputs = inputs
    self.longestBytes = longestBytes
  }

  mutating func next() -> UInt64 { generator.next() }

  /// A kept input with one to four changes.
  mutating func next() -> [UInt8] {
    var bytes = inputs.randomElement(using: &self) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &self) { change(&bytes) }
    return Array(bytes.prefix(longestBytes))
  }

  /// Bytes at which lengths and counts change their meaning.
  private static let edges: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]

  private mutating func change(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &self)
    let end = min(bytes.count, place + Int.random(in: 1...16, using: &self))
    switch Int.random(in: 0..<7, using: &self) {
    case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next() as UInt64)
    case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 2 where place < bytes.count: bytes[place] = Self.edges.randomElement(using: &self) ?? 0
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 5:
      let other = inputs.randomElement(using: &self) ?? []
      let start = Int.random(in: 0...other.count, using: &self)
      bytes.replaceSubrange(place..<end, with: other[start...].prefix(64))
    default: bytes.append(UInt8(truncatingIfNeeded: next() as UInt64))
    }
  }
}
