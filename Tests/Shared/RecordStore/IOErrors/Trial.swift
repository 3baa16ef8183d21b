import Environment
import Testing
import Values

@testable import RecordStore

/// One database on a storage that is going to fail, and what its callers are told.
final class Trial: Sendable {
  let store: Store
  let storage: FaultyStorage
  private let notes: Notes
  private let checkpoints: Checkpointer.Limits

  init(checkpoints: Checkpointer.Limits = Checkpointer.Limits()) throws {
    store = try Store(in: Store.memory)
    storage = try FaultyStorage()
    notes = Notes(storage)
    self.checkpoints = checkpoints
  }

  /// Opens the database on the storage.
  func open() throws -> Database {
    var seams = storage.seams
    seams.checkpoints = checkpoints
    return try store.open(migrations: FactWrite.migrations, seams: seams) { $0.readers = 1 }
  }

  /// Asks for a new fact and notes the answer; an error is answered here, too.
  @discardableResult
  func ask(_ database: Database, name: Int, payloadBytes: Int = 20) async -> RecordStoreError? {
    let fact = History.Fact(
      id: store.environment.identifiers.next(), name: name, good: 1, payloadBytes: payloadBytes)
    notes.asking(fact)
    do {
      _ = try await database.write { try FactWrite.run(fact, refused: false, $0) }
      notes.told(fact.id, in: \.acknowledged)
      return nil
    } catch {
      return RecordStoreError(any: error)
    }
  }

  /// Asks for three facts in one batch and answers the errors. The fault is set when the batch has
  /// not begun yet.
  func askBatch(_ database: Database, fault: @Sendable () -> Void) async throws
    -> [RecordStoreError]
  {
    let tasks = try await Plug.batch(of: 3, in: database) {
      fault()
      return (0..<3).map { number in
        // The second is longer than a page.
        Task { await self.ask(database, name: 10 + number, payloadBytes: number == 1 ? 6_000 : 20) }
      }
    }
    var errors: [RecordStoreError] = []
    for task in tasks {
      if let error = await task.value { errors.append(error) }
    }
    return errors
  }

  /// What the database holds now.
  func content(of database: Database) async throws -> Content {
    try await database.read { try Content($0) }
  }

  /// Expects that the database, healed, takes the next fact; that it holds what was acknowledged,
  /// nothing in part; and that it still does after a power cut and after closing.
  func expectHealed(_ database: Database, _ comment: Comment) async throws {
    #expect(await ask(database, name: 99) == nil, comment)
    notes.found(try await content(of: database).audited)
    let history = notes.all
    let judge = try Judge(history)
    var disk = Disk(fates: Fates(.nothingKept, seed: 0))
    for operation in history.operations { disk.apply(operation) }
    let position = history.operations.count
    let afterPowerCut = await judge.findings(disk.afterPowerCut(), at: position)
    #expect(afterPowerCut == [], comment)
    await database.close()
    let afterClosing = await judge.findings(try store.files(), at: storage.position)
    #expect(afterClosing == [], comment)
  }
}

/// Calls that fail, and for how long.
struct Fault: Sendable, CustomTestStringConvertible {
  let calls: FaultyStorage.Calls
  let persistently: Bool

  static let all: [Fault] = [
    FaultyStorage.Calls.reads, .writes, .syncs, .truncations, .names, .all,
  ].flatMap { calls in [false, true].map { Fault(calls: calls, persistently: $0) } }

  var testDescription: String { "\(calls.testDescription)\(persistently ? " for good" : "")" }

  /// An operation of a few pages makes some dozens of calls.
  private static let mostCalls = 500

  /// Runs a trial in which the first call fails, one in which the second does, and so on until
  /// there was no call left to fail. The trial answers how many have failed.
  func atEveryCall(_ trial: (_ nth: Int) async throws -> Int) async throws {
    for nth in 1...Self.mostCalls where try await trial(nth) == 0 { return }
    Issue.record("more than \(Self.mostCalls) calls")
  }
}

extension RecordStoreError {
  /// Whether it says that the storage has failed, after which an answer may be unknown.
  var isIOError: Bool { if case .ioError = self { true } else { false } }
}
