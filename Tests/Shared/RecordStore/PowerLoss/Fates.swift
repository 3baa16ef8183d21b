import Environment

/// What becomes of what was not yet synchronized when the power went.
struct Fates: Sendable {
  enum Kind: Sendable, Hashable {
    /// The disk wrote nothing that it was not made to write.
    case nothingKept
    /// The disk wrote everything at once.
    case everythingKept
    /// Each change by chance: kept, dropped, or half done.
    case chance(UInt64)
  }

  /// The units in which disks write.
  private static let sectorBytes = [512, 4_096]

  let kind: Kind
  private var generator: SeededGenerator

  init(_ kind: Kind, seed: UInt64) {
    self.kind = kind
    if case .chance(let number) = kind {
      generator = SeededGenerator(seed: seed &+ number &* 0x9E37_79B9)
    } else {
      generator = SeededGenerator(seed: seed)
    }
  }

  /// Which bytes of a write reach the disk: none, all, the first sectors, or any sectors. Kept
  /// later ones beside dropped earlier ones are what reordering leaves.
  mutating func survivors(of range: Range<Int>) -> [Range<Int>] {
    switch kind {
    case .nothingKept: return []
    case .everythingKept: return [range]
    case .chance: break
    }
    switch generator.next() % 6 {
    case 0, 1: return []
    case 2, 3: return [range]
    case 4:
      let sectors = sectors(of: range)
      return Array(sectors.prefix(Int(generator.next() % UInt64(sectors.count))))
    default: return sectors(of: range).filter { _ in generator.next() & 1 == 0 }
    }
  }

  /// Whether a change that is whole or not at all reaches the disk.
  mutating func keeps() -> Bool {
    switch kind {
    case .nothingKept: false
    case .everythingKept: true
    case .chance: generator.next() & 1 == 0
    }
  }

  /// How many of a name's changes reach the disk: file systems keep their order.
  mutating func kept(of changes: Int) -> Int {
    switch kind {
    case .nothingKept: 0
    case .everythingKept: changes
    case .chance: Int(generator.next() % UInt64(changes + 1))
    }
  }

  private mutating func sectors(of range: Range<Int>) -> [Range<Int>] {
    let size = Self.sectorBytes[Int(generator.next() % UInt64(Self.sectorBytes.count))]
    var sectors: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min((start / size + 1) * size, range.upperBound)
      sectors.append(start..<end)
      start = end
    }
    return sectors
  }
}
