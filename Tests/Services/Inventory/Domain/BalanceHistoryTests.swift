import Environment
import Seeds
import Testing
import Values

@testable import Inventory

/// A history in memory that counts what is read of it.
private final class MemoryStore: BalanceHistoryStore {
  var all: [HistoryEntry] = []
  var tree: [Int: [HistoryBlock]] = [:]
  var reads = 0

  func entries(from: HistoryPlace, through: HistoryPlace, limit: Int) -> [HistoryEntry] {
    let found = all.filter { from <= $0.place && $0.place <= through }.prefix(limit)
    reads += found.count
    return Array(found)
  }

  func insert(_ entry: HistoryEntry) {
    let place = all.firstIndex { entry.place < $0.place } ?? all.count
    all.insert(entry, at: place)
  }

  func blocks(_ level: Int, from: HistoryPlace, through: HistoryPlace, limit: Int)
    -> [HistoryBlock]
  {
    let found = (tree[level] ?? []).filter { from <= $0.start && $0.start <= through }.prefix(limit)
    reads += found.count
    return Array(found)
  }

  func block(_ level: Int, at place: HistoryPlace) -> HistoryBlock? {
    reads += 1
    return tree[level]?.last { $0.start <= place }
  }

  func insert(_ block: HistoryBlock) {
    tree[block.level, default: []].append(block)
    tree[block.level]?.sort { $0.start < $1.start }
  }

  func update(_ block: HistoryBlock) {
    let place = tree[block.level]?.firstIndex { $0.start == block.start }
    if let place { tree[block.level]?[place] = block }
  }
}

@Suite("The history of a balance")
struct BalanceHistoryTests {
  @Test("At any moment it is the sum of what happened until then, in whatever order it was told")
  func replay() throws {
    let seed = TestSeed(of: "histories of balances")
    for part in 0..<6 {
      var generator = seed.generator(part: UInt64(part))
      let store = MemoryStore()
      var history = BalanceHistory(store, levels: 0, count: 0)
      var facts: [HistoryEntry] = []
      for sequence in 1...1_500 {
        // Mostly in order, often of the same moment, sometimes from long ago.
        let isLate = Int.random(in: 0...9, using: &generator) == 0
        let time = isLate ? Int.random(in: 0...sequence, using: &generator) : sequence / 3
        let entry = HistoryEntry(
          place: HistoryPlace(occurredAt: Int64(time), sequence: Int64(sequence)),
          delta: Int64.random(in: -1_000...1_000, using: &generator))
        facts.append(entry)
        try history.insert(entry)
      }
      #expect(history.levels == 1 && history.count == facts.count)
      for _ in 1...200 {
        let moment = Instant(microseconds: Int64.random(in: -5...510, using: &generator))
        let expected = facts.filter { $0.place <= .end(of: moment) }.reduce(Int64(0)) {
          $0 + $1.delta
        }
        #expect(try history.total(through: .end(of: moment)) == expected)
      }
      #expect(
        try history.total(through: .end(of: Instant(microseconds: .max - 1)))
          == facts.reduce(0) { $0 + $1.delta })
    }
  }

  @Test("What a look reads grows with the logarithm of the history, and few changes have no tree")
  func logarithmic() throws {
    var readings: [Int: Int] = [:]
    let store = MemoryStore()
    var history = BalanceHistory(store, levels: 0, count: 0)
    for number in 1...18_000 {
      try history.insert(
        HistoryEntry(place: HistoryPlace(occurredAt: Int64(number), sequence: 1), delta: 1))
      if [100, 1_000, 18_000].contains(number) {
        store.reads = 0
        let middle = HistoryPlace(occurredAt: Int64(number / 2), sequence: 1)
        #expect(try history.total(through: middle) == Int64(number / 2))
        readings[number] = store.reads
        if number == 100 { #expect(history.levels == 0 && store.tree.isEmpty) }
      }
    }
    #expect(history.levels == 2)
    for (number, reads) in readings {
      #expect(reads <= 3 * (BalanceHistory<MemoryStore>.capacity + 1), "\(reads) of \(number)")
    }
    for (level, blocks) in store.tree {
      #expect(
        blocks.allSatisfy { $0.count <= BalanceHistory<MemoryStore>.capacity }, "level \(level)")
    }
  }

  @Test("Sums beyond 64 bits are refused, not wrapped")
  func overflow() throws {
    let store = MemoryStore()
    var history = BalanceHistory(store, levels: 0, count: 0)
    for sequence in 1...20 {
      try history.insert(
        HistoryEntry(
          place: HistoryPlace(occurredAt: 1, sequence: Int64(sequence)),
          delta: Quantity.maximum.millionths))
    }
    #expect(throws: QuantityError.outOfRange) {
      try history.total(through: HistoryPlace(occurredAt: 2, sequence: 1))
    }
  }
}

@Suite("Inventory's rules")
struct MovementRulesTests {
  @Test("Which locations a movement has follows from its type")
  func locations() {
    let table: [(MovementType, String, String, [String])] = [
      (.receipt, "", "A", []), (.receipt, "A", "B", ["from_location"]),
      (.receipt, "", "", ["to_location"]), (.issue, "A", "", []),
      (.issue, "", "", ["from_location"]), (.issue, "A", "B", ["to_location"]),
      (.transfer, "A", "B", []), (.transfer, "A", "A", ["to_location"]),
      (.transfer, "", "", ["from_location", "to_location"]), (.stageToProduction, "A", "B", []),
      (.returnFromProduction, "A", "", ["to_location"]), (.adjustment, "A", "", []),
      (.adjustment, "", "A", []), (.adjustment, "", "", ["to_location"]),
      (.adjustment, "A", "B", ["to_location"]),
    ]
    for (type, from, to, fields) in table {
      #expect(type.violations(from: from, to: to).map(\.field) == fields, "\(type) \(from) \(to)")
    }
  }

  @Test("A movement's states lead where the contract says, and nowhere else")
  func states() {
    #expect(MovementState.received.next == [.applied, .quarantined])
    #expect(MovementState.quarantined.next == [.applied, .discarded])
    #expect(MovementState.applied.next == [.reversed])
    #expect(MovementState.discarded.next.isEmpty && MovementState.reversed.next.isEmpty)
  }

  @Test("What master data does not have is named field by field")
  func references() throws {
    struct Known: KnownReferences {
      func item(_ code: String) -> KnownItem? {
        let tracking: [String: Tracking] = ["PLAIN": .none, "BYLOT": .lot, "BYPIECE": .serial]
        return tracking[code].map {
          KnownItem(unit: "Units", tracking: $0, isInForce: true, revision: 1)
        }
      }
      func unit(_ name: String) -> KnownUnit? {
        name == "Units"
          ? KnownUnit(category: "Unit", ratio: .one, rounding: .zero, isInForce: true) : nil
      }
      func isWorkCenter(_ code: String) -> Bool { false }
      func location(_ code: String) -> KnownLocation? {
        code == "A" ? KnownLocation(parent: "", isInForce: true) : nil
      }
      func isBusinessPartner(_ code: String) -> Bool { code == "V-1" }
    }
    let table: [(String, String, String, String, String, String, [String])] = [
      ("PLAIN", "", "", "Units", "A", "", []), ("PLAIN", "L", "", "Units", "A", "V-1", ["lot"]),
      ("PLAIN", "", "S", "Units", "A", "", ["serial"]), ("BYLOT", "L", "", "Units", "A", "", []),
      ("BYLOT", "", "", "Units", "A", "", ["lot"]),
      ("BYLOT", "L", "S", "Units", "A", "", ["serial"]),
      ("BYPIECE", "", "S", "Units", "A", "", []), ("BYPIECE", "L", "S", "Units", "A", "", []),
      ("BYPIECE", "L", "", "Units", "A", "", ["serial"]),
      (
        "NONE", "", "", "kg", "B", "V-2",
        ["item_code", "to_location", "quantity.unit", "supplier_code"]
      ),
    ]
    for (item, lot, serial, unit, location, supplier, fields) in table {
      let references = MovementReferences(
        itemCode: item, lot: lot, serial: serial, unit: unit,
        locations: [("to_location", location)], supplierCode: supplier)
      #expect(try references.findings(Known()).map(\.field) == fields, "\(item) \(lot) \(serial)")
    }
  }
}
