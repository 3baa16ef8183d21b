import GRDB
import Environment
import Synchronization
import Testing
import Values

@testable import RecordStore

/// What a random caller asks for: a fact with an identity and a content, both from a few, and
/// whether it is refused.
private struct Ask: Sendable {
  let name: Int
  let content: Int64
  let refused: Bool
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

@Suite("Random callers")
struct ModelTests {
  static let seeds = Array(UInt64(1)...300)

  @Test("leave exactly what they were told", arguments: seeds)
  func matchesModel(seed: UInt64) async throws {
    let store = try Store(seed: seed)
    let faults = CommitFaults()
    let random = store.environment.randomness
    var database = try store.open(seams: faults.seams) {
      $0.maximumBatch = random.number(in: 1..<12)
      $0.readers = 1
    }
    var model = Model()
    for _ in 0..<random.number(in: 2..<6) {
      if random.number(in: 0..<3) == 0 { faults.schedule(Self.plan(random)) }
      let asks = (0..<random.number(in: 1..<24)).map { _ in
        Ask(
          name: random.number(in: 0..<12), content: Int64(random.number(in: 0..<2)),
          refused: random.number(in: 0..<5) == 0)
      }
      let told = await Self.ask(asks, database, store.environment)
      faults.schedule([])
      for (ask, told) in zip(asks, told) { model.check(ask, told, seed: seed) }
      if random.number(in: 0..<3) == 0 { try await model.prune(database, random) }
      if random.number(in: 0..<3) == 0 {
        await database.close()
        database = try store.open(seams: faults.seams) { $0.readers = 1 }
      }
      try await model.compare(with: database, seed: seed)
    }
    await database.close()
  }

  private static func plan(_ random: Randomness) -> [CommitFaults.Step] {
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
  private static func ask(
    _ asks: [Ask], _ database: RecordStore.Database, _ environment: Environment
  ) async -> [Told] {
    await withTaskGroup(of: (Int, Told).self) { group in
      for (index, ask) in asks.enumerated() {
        let id = environment.identifiers.next()
        group.addTask {
          do {
            return (index, try await database.write { try run(ask, id, $0) })
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

  private static func run(_ ask: Ask, _ id: Identifier, _ transaction: Transaction) throws -> Told {
    let key = FactKey.fact(
      FactIdentity(site: SiteCode("S"), sourceSystem: "M", sourceEventID: "\(ask.name)"))
    var content = CanonicalDigest()
    content.add(ask.content)
    let fingerprint = Fingerprint(content, scheme: 1)
    switch try transaction.ledger.look(up: key, fingerprint: fingerprint) {
    case .duplicate(let fact): return .duplicate(fact)
    case .conflict(let fact): return .conflict(fact)
    case .new: break
    }
    try transaction.execute("INSERT INTO reports (id, good) VALUES (?, ?)", id, ask.content)
    try transaction.ledger.record(key, fact: id, fingerprint: fingerprint)
    try transaction.outbox.append(event(id.description))
    try transaction.audit.append(
      AuditEntry(principal: "p", origin: "o", action: "a", object: id.description))
    if ask.refused { throw Refusal(number: ask.name) }
    return .accepted(id)
  }
}

/// The same rules in a few lines of memory.
private struct Model {
  private var facts: [Int: (id: Identifier, content: Int64)] = [:]
  private var repeated: [(ask: Ask, fact: Identifier, same: Bool)] = []
  private var prunedThrough: Int64 = 0

  /// Takes over what a caller was told, if the rules allow it. Within a burst the order is the
  /// store's, so repetitions are judged when all have been told.
  mutating func check(_ ask: Ask, _ told: Told, seed: UInt64) {
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
    let pruned = try await database.pruneEvents()
    #expect(pruned == acknowledged - prunedThrough)
    prunedThrough = acknowledged
  }

  /// Compares everything that is stored.
  mutating func compare(with database: RecordStore.Database, seed: UInt64) async throws {
    for (ask, fact, same) in repeated {
      #expect(facts[ask.name]?.id == fact, "seed \(seed)")
      #expect((facts[ask.name]?.content == ask.content) == same, "seed \(seed)")
    }
    repeated = []
    let (reports, ledger, audit, page) = try await database.read { snapshot in
      (
        try snapshot.rows("SELECT id, good FROM reports") {
          (try $0.identifier(0), try $0.int64(1))
        },
        try snapshot.rows("SELECT fact_id FROM rs_fact_ledger") { try $0.identifier(0) },
        try snapshot.auditRecords(after: 0, limit: 1_000),
        try snapshot.feed.events(after: 0, limit: 1_000)
      )
    }
    let ids = Set(facts.values.map(\.id))
    #expect(Set(reports.map(\.0)) == ids && reports.count == ids.count, "seed \(seed)")
    #expect(Set(ledger) == ids, "seed \(seed)")
    #expect(Set(audit.map(\.entry.object)) == Set(ids.map(\.description)), "seed \(seed)")
    #expect(audit.map(\.sequence) == Array(1..<Int64(ids.count) + 1), "seed \(seed)")
    #expect(
      page.events.map(\.sequence) == Array(prunedThrough + 1..<Int64(ids.count) + 1),
      "seed \(seed)")
    #expect(Set(page.events.map(\.key)).isSubset(of: ids.map(\.description)), "seed \(seed)")
    #expect(database.head == Int64(ids.count), "seed \(seed)")
  }
}
