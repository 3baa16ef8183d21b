import CSQLite
import Environment
import Testing

@testable import RecordStore

@Suite("Quick checks", .timeLimit(.minutes(2)))
struct QuickCheckTests {
  let store: Store

  init() throws { store = try Store() }

  /// Enough pages that a check of them takes a while.
  private func openLarge(_ seams: DatabaseSeams = DatabaseSeams()) async throws
    -> RecordStore.Database
  {
    let database = try store.open(seams: seams)
    try await database.write { transaction in
      for number in 0..<200 {
        try transaction.outbox.append(event("\(number)", size: 64 << 10))
      }
    }
    return database
  }

  @Test("find nothing in a sound database, while it is written to")
  func findsNothing() async throws {
    let database = try await openLarge()
    let environment = store.environment
    async let written: Void = {
      for good in 1...100 { try await database.report(good: Int64(good), environment) }
    }()
    #expect(try await database.quickCheck() == .sound)
    try await written
    await database.close()
  }

  @Test("find damage that no read has met yet")
  func findsDamage() async throws {
    await (try store.open()).close()
    try store.damage(table: "rs_fact_ledger")
    let database = try store.open()
    guard case .damaged(let findings) = try await database.quickCheck() else {
      Issue.record("the damage was not found")
      return
    }
    #expect(!findings.isEmpty)
    await database.close()
  }

  @Test("end when their task is cancelled, before they begin and in their middle")
  func endsWhenCancelled() async throws {
    let database = try await openLarge()
    for delay in 0..<20 {
      let started = Shared(false)
      let task = Task {
        started.withLock { $0 = true }
        // A check that is quicker than the cancellation is repeated until it is not.
        while true { _ = try await database.quickCheck() }
      }
      try await eventually("it has started") { started.withLock { $0 } }
      for _ in 0..<delay * 100 { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(try await database.quickCheck() == .sound)
    await database.close()
  }

  @Test("end when the database is closed, and do not keep its log from being moved")
  func endsWhenClosed() async throws {
    let database = try await openLarge()
    let task = Task { while true { _ = try await database.quickCheck() } }
    for _ in 0..<1_000 { await Task.yield() }
    await database.close()
    await #expect(throws: RecordStoreError.closed) { try await task.value }
    #expect(!FileSteps.exists(store.path + "-wal"))
  }

  @Test("run one at a time")
  func runsOneAtATime() async throws {
    let hold = Shared(false)
    var seams = DatabaseSeams()
    let isHeld = Shared(false)
    seams.prepare = { connection, role in
      guard role == .reader, hold.withLock({ $0 }) else { return }
      isHeld.withLock { $0 = true }
      while hold.withLock({ $0 }) { sqlite3_sleep(1) }
    }
    let database = try store.open(seams: seams)
    hold.withLock { $0 = true }
    let first = Task { try await database.quickCheck() }
    try await eventually("the first one opens its connection") { isHeld.withLock { $0 } }
    await #expect(throws: RecordStoreError.overloaded(bound: 1)) {
      try await database.quickCheck()
    }
    hold.withLock { $0 = false }
    #expect(try await first.value == .sound)
    #expect(try await database.quickCheck() == .sound)
    await database.close()
  }
}
