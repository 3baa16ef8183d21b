import Environment
import Foundation
import GRDB
import Logging
import Seeds
import Testing
import Values

@testable import RecordStore

/// What random callers ask for, what they are told, and what is stored then, against the same rules
/// in a few lines of memory. MILLRACE_MODEL_SEEDS=N runs so many seeds; MILLRACE_TEST_SEED=N begins
/// with that one.
@Suite("Random callers")
struct ModelTests {
  private static let seedCount =
    ProcessInfo.processInfo.environment["MILLRACE_MODEL_SEEDS"].flatMap { UInt64($0) } ?? 20_000
  /// Side by side, so that every core has some.
  private static let lanes: UInt64 = 2
  /// Seeds that share one file, which grows with them.
  private static let seedsPerFile: UInt64 = 250

  @Test("leave exactly what they were told")
  func matchesModel() async throws {
    let first = TestSeed(of: "random callers of the records").number
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<Self.lanes {
        group.addTask {
          let share = Self.seedCount / Self.lanes + (lane < Self.seedCount % Self.lanes ? 1 : 0)
          var seed = first &+ lane * (Self.seedCount / Self.lanes + 1)
          var left = share
          while left > 0 {
            let count = min(left, Self.seedsPerFile)
            try await Self.run(seed, count)
            seed &+= count
            left -= count
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func run(_ firstSeed: UInt64, _ count: UInt64) async throws {
    var house = try ModelHouse(seed: firstSeed)
    for offset in 0..<count { try await house.run(seed: firstSeed &+ offset) }
    await house.close()
  }
}

/// One file, the model of all that is in it, and the callers.
private struct ModelHouse {
  private let store: Store
  private let faults = CommitFaults()
  private var database: RecordStore.Database
  private var model = ModelRecords()

  private static let migrations = [
    Migration(
      version: 1, name: "create_facts",
      sql: """
        CREATE TABLE facts (
          id BLOB PRIMARY KEY, seed INTEGER NOT NULL, content INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX facts_by_seed ON facts (seed);
        """)
  ]

  init(seed: UInt64) throws {
    store = try Store(seed: seed, in: Store.memory)
    database = try Self.open(store, faults, maximumBatch: 8)
  }

  func close() async { await database.close() }

  private static func open(_ store: Store, _ faults: CommitFaults, maximumBatch: Int) throws
    -> RecordStore.Database
  {
    var seams = faults.seams
    // Thousands of failures on purpose.
    seams.logger = Logger(label: "model", factory: { _ in SwiftLogNoOpLogHandler() })
    return try store.open(migrations: migrations, seams: seams) {
      $0.maximumBatch = maximumBatch
      $0.readers = 1
    }
  }

  /// Some bursts of callers, with failing commits, pruning, restarts and restores between them.
  mutating func run(seed: UInt64) async throws {
    let random = Randomness(SeededGenerator(seed: seed))
    model.begin(seed)
    for _ in 0..<random.number(in: 1..<4) {
      try await burst(seed: seed, random)
      if random.number(in: 0..<8) == 0 { try await model.prune(database, random) }
      if random.number(in: 0..<16) == 0 { try await reopen(random) }
      if random.number(in: 0..<128) == 0 { try await undo(seed: seed, random) }
    }
    try await model.compare(with: database)
  }

  /// Some callers at once, with commits that fail.
  private mutating func burst(seed: UInt64, _ random: Randomness) async throws {
    if random.number(in: 0..<3) == 0 { faults.schedule(plan(random)) }
    let asks = (0..<random.number(in: 1..<13)).map { _ in
      Ask(
        seed: seed, name: random.number(in: 0..<6), content: Int64(random.number(in: 0..<2)),
        refused: random.number(in: 0..<5) == 0)
    }
    let told = await ask(asks)
    faults.schedule([])
    for (ask, told) in zip(asks, told) { model.check(ask, told) }
  }

  private mutating func reopen(_ random: Randomness) async throws {
    await database.close()
    database = try Self.open(store, faults, maximumBatch: random.number(in: 1..<12))
  }

  /// What is done after a backup is gone after its restore, for callers and for the model.
  private mutating func undo(seed: UInt64, _ random: Randomness) async throws {
    let (saved, incarnation) = (model, database.incarnation)
    try await DatabaseBackup(database: store.path, target: store.backup, replacesTarget: true)
      .run(environment: store.environment)
    try await burst(seed: seed, random)
    await database.close()
    let report = try await DatabaseRestore(backup: store.backup, database: store.path)
      .run(environment: store.environment)
    if let kept = report.keptAs { try FileManager.default.removeItem(atPath: kept) }
    model = saved
    try await reopen(random)
    #expect(database.incarnation != incarnation, "seed \(seed)")
  }

  private func plan(_ random: Randomness) -> [CommitFaults.Step] {
    (0..<random.number(in: 1..<6)).map { _ in
      switch random.number(in: 0..<5) {
      case 0: .fail(.SQLITE_IOERR_FSYNC)
      case 1: .rollBackAndFail(.SQLITE_FULL)
      case 2: .rollBackAndFail(.SQLITE_NOMEM)
      default: .succeed
      }
    }
  }

  /// Asks all at once and answers what each was told.
  private func ask(_ asks: [Ask]) async -> [Told] {
    let database = database
    return await withTaskGroup(of: (Int, Told).self) { group in
      for (index, ask) in asks.enumerated() {
        let id = store.environment.identifiers.next()
        group.addTask {
          do {
            return (index, try await database.write { try ask.run(id, $0) })
          } catch is Refusal {
            return (index, .refused)
          } catch {
            return (index, .failed)
          }
        }
      }
      var told = [Told](repeating: .failed, count: asks.count)
      for await (index, answer) in group { told[index] = answer }
      return told
    }
  }
}

/// What a random caller asks for: a fact with an identity and a content, both from a few, and
/// whether it is refused.
private struct Ask: Sendable {
  let seed: UInt64
  let name: Int
  let content: Int64
  let refused: Bool

  func run(_ id: Identifier, _ transaction: Transaction) throws -> Told {
    let key = FactKey.fact(
      FactIdentity(site: SiteCode("S"), sourceSystem: "M", sourceEventID: "\(seed)/\(name)"))
    var digest = CanonicalDigest()
    digest.add(content)
    let fingerprint = Fingerprint(digest, scheme: 1)
    switch try transaction.ledger.look(up: key, fingerprint: fingerprint) {
    case .duplicate(let fact): return .duplicate(fact)
    case .conflict(let fact): return .conflict(fact)
    case .new: break
    }
    try transaction.execute(
      "INSERT INTO facts VALUES (?, ?, ?)", id, Int64(bitPattern: seed), content)
    try transaction.ledger.record(key, fact: id, fingerprint: fingerprint)
    try transaction.outbox.append(event(id.description))
    try transaction.audit.append(
      AuditEntry(principal: "p", origin: "o", action: "a", object: id.description))
    if refused { throw Refusal(number: name) }
    return .accepted(id)
  }
}

/// What a caller was told.
private enum Told: Sendable, Equatable {
  case accepted(Identifier)
  case duplicate(Identifier)
  case conflict(Identifier)
  case refused
  /// Storage failed; nothing of it may be there.
  case failed
}

/// The same rules in a few lines of memory.
private struct ModelRecords {
  private var seed: UInt64 = 0
  private var facts: [Int: (id: Identifier, content: Int64)] = [:]
  private var repeated: [(ask: Ask, fact: Identifier, same: Bool)] = []
  /// Facts of the seeds before.
  private var before: Int64 = 0
  private var prunedThrough: Int64 = 0

  private var total: Int64 { before + Int64(facts.count) }

  mutating func begin(_ seed: UInt64) {
    before = total
    facts = [:]
    self.seed = seed
  }

  /// Takes over what a caller was told, if the rules allow it. Within a burst the order is the
  /// store's, so repetitions are judged when all have been told.
  mutating func check(_ ask: Ask, _ told: Told) {
    switch told {
    case .accepted(let id):
      #expect(!ask.refused && facts[ask.name] == nil, "seed \(seed)")
      facts[ask.name] = (id, ask.content)
    case .duplicate(let id): repeated.append((ask, id, true))
    case .conflict(let id): repeated.append((ask, id, false))
    case .refused: #expect(ask.refused, "seed \(seed)")
    case .failed: break
    }
  }

  /// Acknowledges a random part of the feed and prunes it.
  mutating func prune(_ database: RecordStore.Database, _ random: Randomness) async throws {
    let through = Int64(random.number(in: 0..<Int(database.head) + 1))
    let acknowledged = try await database.write { transaction in
      try transaction.outbox.register("c")
      return try transaction.outbox.acknowledge("c", through: through)
    }
    while try await database.pruneEvents() == RecordStore.Database.maximumPrune {}
    prunedThrough = acknowledged
  }

  /// Compares everything that is stored of this seed, and how much there is of all.
  mutating func compare(with database: RecordStore.Database) async throws {
    for (ask, fact, same) in repeated {
      #expect(facts[ask.name]?.id == fact, "seed \(seed)")
      #expect((facts[ask.name]?.content == ask.content) == same, "seed \(seed)")
    }
    repeated = []
    let ids = Set(facts.values.map(\.id))
    let found = try await found(in: database)
    #expect(Set(found.facts) == ids && found.facts.count == ids.count, "seed \(seed)")
    #expect(found.known == Int64(ids.count), "seed \(seed)")
    #expect(found.totals == [total, total, total - prunedThrough, total], "seed \(seed)")
    #expect(found.audit.map(\.sequence) == Array(before + 1..<total + 1), "seed \(seed)")
    #expect(Set(found.audit.map(\.entry.object)) == Set(ids.map(\.description)), "seed \(seed)")
    let firstEvent = max(before, prunedThrough)
    #expect(found.events.map(\.sequence) == Array(firstEvent + 1..<total + 1), "seed \(seed)")
    #expect(Set(found.events.map(\.key)).isSubset(of: ids.map(\.description)), "seed \(seed)")
    #expect(database.head == total, "seed \(seed)")
  }

  private struct Found {
    var facts: [Identifier]
    /// How many of them the ledger knows.
    var known: Int64
    /// Rows of the tables, of all seeds.
    var totals: [Int64]
    var audit: [AuditRecord]
    var events: [FeedEvent]
  }

  private func found(in database: RecordStore.Database) async throws -> Found {
    let (before, seed) = (before, Int64(bitPattern: seed))
    return try await database.read { snapshot in
      Found(
        facts: try snapshot.rows("SELECT id FROM facts WHERE seed = ?", seed) {
          try $0.identifier(0)
        },
        known: try snapshot.row(
          """
          SELECT count(*) FROM rs_fact_ledger
          WHERE fact_id IN (SELECT id FROM facts WHERE seed = ?)
          """, seed, map: { try $0.int64(0) }) ?? -1,
        totals: try ["facts", "rs_fact_ledger", "rs_outbox", "rs_audit"].map { table in
          try snapshot.row("SELECT count(*) FROM \(table)") { try $0.int64(0) } ?? -1
        },
        audit: try snapshot.auditRecords(after: before, limit: 1_000),
        events: try snapshot.feed.events(after: before, limit: 1_000).events)
    }
  }
}
