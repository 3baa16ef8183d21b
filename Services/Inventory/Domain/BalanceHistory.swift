import Values

/// When a balance changed: by the event's own time, and among those of one time in the order in which they
/// were recorded.
struct HistoryPlace: Sendable, Hashable, Comparable {
  /// Microseconds since 1970, of the event's own time.
  var occurredAt: Int64
  /// The place among all changes of the database.
  var sequence: Int64

  /// Before everything.
  static let beginning = HistoryPlace(occurredAt: .min, sequence: 0)

  /// After everything that has happened at a moment.
  static func end(of moment: Instant) -> HistoryPlace {
    HistoryPlace(occurredAt: moment.microseconds, sequence: .max)
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.occurredAt, left.sequence) < (right.occurredAt, right.sequence)
  }
}

/// One change of a balance.
struct HistoryEntry: Sendable, Hashable {
  var place: HistoryPlace
  /// In millionths.
  var delta: Int64
}

/// What a stretch of the history comes to: from its start to the start of the next block of its level.
struct HistoryBlock: Sendable, Hashable {
  /// 1 has entries in it, every other level blocks of the one below.
  var level: Int
  var start: HistoryPlace
  /// How many entries, or blocks of the level below.
  var count: Int
  /// The sum of all changes in it, in millionths.
  var total: Int64
}

/// Where the history of one balance is kept.
protocol BalanceHistoryStore {
  /// The entries from one place to another, both included, in their order; at most `limit`.
  func entries(from: HistoryPlace, through: HistoryPlace, limit: Int) throws -> [HistoryEntry]
  func insert(_ entry: HistoryEntry) throws
  /// The blocks of a level whose start is between two places, both included, in their order; at most `limit`.
  func blocks(_ level: Int, from: HistoryPlace, through: HistoryPlace, limit: Int) throws
    -> [HistoryBlock]
  /// The last block of a level that starts at a place or before it.
  func block(_ level: Int, at place: HistoryPlace) throws -> HistoryBlock?
  func insert(_ block: HistoryBlock) throws
  /// Changes the count and the total of a block.
  func update(_ block: HistoryBlock) throws
}

/// The changes of one balance in the order of their own times, with a tree of sums above them, so that what it
/// was at any moment, and a change that comes late, cost the logarithm of their number.
///
/// Blocks of level 1 have up to ``capacity`` entries each, those of level 2 as many blocks of level 1, and so
/// on. A block that is full is split in the middle, as a leaf of a B-tree is. A balance with up to
/// ``capacity`` changes, which nearly all have, has no blocks at all.
struct BalanceHistory<Store: BalanceHistoryStore> {
  /// Most entries, or blocks, below one block: what a look reads at each level.
  static var capacity: Int { 128 }

  let store: Store
  /// How many levels of blocks there are.
  private(set) var levels: Int
  /// How many entries there are.
  private(set) var count: Int

  /// The history of a balance.
  init(_ store: Store, levels: Int, count: Int) {
    self.store = store
    self.levels = levels
    self.count = count
  }

  /// The sum of all changes up to a place, that one included.
  /// - Throws: ``QuantityError/outOfRange`` when it does not fit 64 bits.
  func total(through place: HistoryPlace) throws -> Int64 {
    var sum: Int64 = 0
    var start = HistoryPlace.beginning
    for level in stride(from: levels, to: 0, by: -1) {
      let blocks = try store.blocks(
        level, from: start, through: place, limit: Self.capacity + 1)
      guard let last = blocks.last else { return sum }
      for block in blocks.dropLast() { sum = try Self.add(sum, block.total) }
      start = last.start
    }
    for entry in try store.entries(from: start, through: place, limit: Self.capacity + 1) {
      sum = try Self.add(sum, entry.delta)
    }
    return sum
  }

  /// Adds a change, wherever it belongs.
  mutating func insert(_ entry: HistoryEntry) throws {
    try store.insert(entry)
    count += 1
    if levels == 0 {
      if count > Self.capacity { try raise() }
      return
    }
    for level in 1...levels {
      guard var block = try store.block(level, at: entry.place) else { continue }
      block.total = try Self.add(block.total, entry.delta)
      if level == 1 { block.count += 1 }
      try store.update(block)
    }
    try split(entry.place)
  }

  /// Splits what has become too full, from below; a level above gets one block more by each.
  private mutating func split(_ place: HistoryPlace) throws {
    for level in 1...levels {
      guard let block = try store.block(level, at: place), block.count > Self.capacity else {
        return
      }
      let upper = try half(of: block)
      try store.update(
        HistoryBlock(
          level: level, start: block.start, count: block.count - upper.count,
          total: try Self.subtract(block.total, upper.total)))
      try store.insert(upper)
      if level < levels, var above = try store.block(level + 1, at: place) {
        above.count += 1
        try store.update(above)
      }
    }
    // The highest level has been split until it is too wide itself.
    if try store.blocks(
      levels, from: .beginning, through: HistoryPlace(occurredAt: .max, sequence: .max),
      limit: Self.capacity + 1
    ).count > Self.capacity {
      try raise()
    }
  }

  /// The upper half of a block, as a block.
  private func half(of block: HistoryBlock) throws -> HistoryBlock {
    let end = HistoryPlace(occurredAt: .max, sequence: .max)
    let parts: [(start: HistoryPlace, total: Int64)]
    if block.level == 1 {
      parts = try store.entries(from: block.start, through: end, limit: block.count)
        .map { ($0.place, $0.delta) }
    } else {
      parts = try store.blocks(block.level - 1, from: block.start, through: end, limit: block.count)
        .map { ($0.start, $0.total) }
    }
    let upper = parts.dropFirst(parts.count / 2)
    let total = try upper.reduce(Int64(0)) { try Self.add($0, $1.total) }
    return HistoryBlock(
      level: block.level, start: upper.first?.start ?? block.start, count: upper.count, total: total
    )
  }

  /// One more level: one block above everything, which is then split.
  private mutating func raise() throws {
    let end = HistoryPlace(occurredAt: .max, sequence: .max)
    var block = HistoryBlock(level: levels + 1, start: .beginning, count: 0, total: 0)
    if levels == 0 {
      block.count = count
      block.total = try store.entries(from: .beginning, through: end, limit: count)
        .reduce(Int64(0)) { try Self.add($0, $1.delta) }
    } else {
      let below = try store.blocks(
        levels, from: .beginning, through: end, limit: Self.capacity + 1)
      block.count = below.count
      block.total = try below.reduce(Int64(0)) { try Self.add($0, $1.total) }
    }
    levels += 1
    try store.insert(block)
    let upper = try half(of: block)
    try store.update(
      HistoryBlock(
        level: levels, start: block.start, count: block.count - upper.count,
        total: try Self.subtract(block.total, upper.total)))
    try store.insert(upper)
  }

  private static func add(_ left: Int64, _ right: Int64) throws(QuantityError) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    if overflow { throw .outOfRange }
    return sum
  }

  private static func subtract(_ left: Int64, _ right: Int64) throws(QuantityError) -> Int64 {
    let (difference, overflow) = left.subtractingReportingOverflow(right)
    if overflow { throw .outOfRange }
    return difference
  }
}
