import Environment
import GRDB
import Testing
import Values

@testable import RecordStore

/// A shift in small: facts in batches, some refused, some repeated, a consumer of the feed,
/// pruning, checkpoints all the time, restarts. The same seed asks the same in the same batches.
struct Workload: Sendable {
  let store: Store
  let storage: FaultyStorage
  /// Lowered where a test wants to see what is lost then.
  var synchronous: String?
  /// Whether syncs fail now and then.
  var failsSyncs = false

  /// So many openings of so many rounds: some dozens of transactions, every way through the
  /// checkpoints several times.
  private static let sessions = 3
  private static let roundsPerSession = 6
  private static let longestPayloadBytes = 6_000

  private let notes: Notes
  private var random: Randomness { store.environment.randomness }

  init(seed: UInt64) throws {
    store = try Store(seed: seed, in: Store.memory)
    storage = try FaultyStorage()
    notes = Notes(storage)
  }

  /// Runs it and answers what happened.
  func run() async throws -> History {
    for session in 1...Self.sessions {
      let database = try open()
      notes.told(database.incarnation, in: \.opened)
      for _ in 0..<Self.roundsPerSession { try await round(database) }
      try await readOrder(database)
      // From then on nothing becomes certain until the restart: the log stays behind.
      if failsSyncs, session < Self.sessions { try await round(database, failingForGood: true) }
      await database.close()
      storage.heal()
    }
    return notes.all
  }

  private func open() throws -> RecordStore.Database {
    var seams = storage.seams
    let duePages = random.number(in: 4..<24)
    // Hardly above it, so that a batch sometimes steps over both and the log is cut.
    seams.checkpoints = Checkpointer.Limits(
      duePages: duePages, maximumPages: duePages + random.number(in: 1..<12))
    if let synchronous {
      seams.unverifiedSettings = ["synchronous"]
      seams.prepare = { connection, _ in
        try connection.execute(sql: "PRAGMA synchronous = \(synchronous)")
      }
    }
    let maximumBatch = random.number(in: 2..<6)
    return try store.open(migrations: FactWrite.migrations, seams: seams) {
      $0.maximumBatch = maximumBatch
      $0.readers = 1
    }
  }

  private func round(
    _ database: RecordStore.Database, failingForGood: Bool = false
  ) async throws {
    let count = random.number(in: 1..<8)
    let asks = (0..<count).map { _ in
      (fact: fact(), refused: random.number(in: 0..<5) == 0)
    }
    if failingForGood || (failsSyncs && random.number(in: 0..<2) == 0) {
      storage.fail(.syncs, at: random.number(in: 1..<4), persistently: failingForGood)
    }
    let tasks = try await Plug.batch(of: count, in: database) {
      var tasks: [Task<Void, any Error>] = []
      for (fact, refused) in asks {
        tasks.append(Task { try await ask(fact, refused: refused, database) })
        // One after the other, so that the same seed gives the same transactions.
        try await eventually("it has queued") { database.queuedWrites == tasks.count }
      }
      return tasks
    }
    for task in tasks { try await task.value }
    if failingForGood { return }
    storage.heal()
    if random.number(in: 0..<3) == 0 { try await consume(database) }
    if random.number(in: 0..<3) == 0 { try await prune(database) }
  }

  /// A few names, so that one in some comes again.
  private func fact() -> History.Fact {
    History.Fact(
      id: store.environment.identifiers.next(), name: random.number(in: 0..<200),
      good: Int64(random.number(in: 0..<3)),
      payloadBytes: random.number(in: 0..<4) == 0
        ? random.number(in: 0..<Self.longestPayloadBytes) : 20)
  }

  private func ask(_ fact: History.Fact, refused: Bool, _ database: RecordStore.Database)
    async throws
  {
    if !refused { notes.asking(fact) }
    do {
      switch try await database.write({ try FactWrite.run(fact, refused: refused, $0) }) {
      case .accepted: notes.told(fact.id, in: \.acknowledged)
      case .taken(let other): notes.told(other, in: \.acknowledged)
      }
    } catch is Refusal {
      return
    } catch RecordStoreError.ioError where failsSyncs {
      return
    }
  }

  private func consume(_ database: RecordStore.Database) async throws {
    let sequence = Int64(random.number(in: 0..<Int(database.head) + 1))
    let through = try await database.write { transaction in
      try transaction.outbox.register("gateway")
      return try transaction.outbox.acknowledge("gateway", through: sequence)
    }
    notes.told(through, in: \.consumed)
  }

  private func prune(_ database: RecordStore.Database) async throws {
    let through = try await database.write { transaction in
      _ = try transaction.outbox.prune(limit: RecordStore.Database.maximumPrune)
      return try transaction.feed.prunedThrough
    }
    notes.told(through, in: \.pruned)
  }

  private func readOrder(_ database: RecordStore.Database) async throws {
    let order = try await database.read { snapshot in
      try snapshot.auditRecords(after: 0, limit: 10_000).compactMap {
        Identifier(hexadecimal: $0.entry.object)
      }
    }
    notes.found(order)
  }
}
