import Environment
import GRDB
import Testing

@testable import RecordStore

@Suite("The state of writing", .timeLimit(.minutes(2)))
struct WriteStateTests {
  let store: Store

  init() throws { store = try Store() }

  private func limitPages(_ database: RecordStore.Database, to pages: Int) async throws {
    try await database.write { transaction in
      try transaction.connection.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
  }

  /// A database whose file may not grow, and which has noticed.
  private func openFull() async throws -> RecordStore.Database {
    let database = try store.open()
    try await limitPages(database, to: 1)
    await #expect(throws: RecordStoreError.diskFull) {
      try await database.write { try $0.outbox.append(event("big", size: 256 << 10)) }
    }
    return database
  }

  @Test("is diskFull after a write that found no space, and writable after one that found some")
  func followsDisk() async throws {
    let database = try await openFull()
    #expect(database.writeState == .diskFull)
    try await limitPages(database, to: 1 << 20)
    try await database.report(good: 1, store.environment)
    #expect(database.writeState == .writable)
    await database.close()
  }

  @Test("does not change by commits that write nothing, nor by errors of a write's own")
  func ignoresEmptyCommits() async throws {
    let database = try await openFull()
    try await database.write { _ in }
    _ = try? await database.write { _ in throw Refusal(number: 1) }
    try await limitPages(database, to: 1 << 20)
    #expect(database.writeState == .diskFull)
    try await database.report(good: 1, store.environment)
    _ = try? await database.report(good: -1, store.environment)
    _ = try? await database.report(good: 1, order: "MISSING", store.environment)
    #expect(database.writeState == .writable)
    await database.close()
  }

  @Test("is failing, with a reason, while the storage fails, and reads go on")
  func followsStorage() async throws {
    let faults = CommitFaults()
    let database = try store.open(seams: faults.seams)
    try await database.report(good: 1, store.environment)
    faults.schedule([.fail(.SQLITE_IOERR_FSYNC)])
    try await database.report(good: 2, store.environment)
    #expect(database.writeState == .writable, "the second, lone run was kept")
    faults.schedule([.fail(.SQLITE_IOERR_FSYNC), .fail(.SQLITE_IOERR_FSYNC)])
    _ = try? await database.report(good: 3, store.environment)
    guard case .failing(let reason) = database.writeState else {
      Issue.record("the state is \(database.writeState)")
      return
    }
    #expect(reason.contains("storage failed"))
    #expect(try await database.reportCount() == 2)
    await database.close()
  }

  @Test("heals by a probe alone, which changes nothing that anyone could see")
  func healsByProbe() async throws {
    let faults = CommitFaults()
    let database = try store.open(seams: faults.seams)
    try await database.write { try $0.outbox.append(event()) }
    faults.schedule([.rollBackAndFail(.SQLITE_FULL), .rollBackAndFail(.SQLITE_FULL)])
    _ = try? await database.report(good: 1, store.environment)
    await #expect(throws: RecordStoreError.diskFull) { try await database.probeWriting() }
    #expect(database.writeState == .diskFull)
    let before = try await database.read { try StoreFacts($0) }
    let log = FileSteps.size(store.path + "-wal")
    try await database.probeWriting()
    #expect(database.writeState == .writable)
    #expect(try await database.read { try StoreFacts($0) } == before)
    // It has been on the disk, or it would prove nothing.
    #expect(FileSteps.size(store.path + "-wal") != log)
    await database.close()
  }

  @Test("is told to whoever waits for another one, until the database is closed")
  func wakesWaiters() async throws {
    let faults = CommitFaults()
    let database = try store.open(seams: faults.seams)
    let waiter = Task { try await database.waitForWriteState(otherThan: .writable) }
    faults.schedule([.rollBackAndFail(.SQLITE_FULL)])
    _ = try? await database.report(good: 1, store.environment)
    #expect(try await waiter.value == .diskFull)
    #expect(try await database.waitForWriteState(otherThan: .writable) == .diskFull)
    let last = Task { try await database.waitForWriteState(otherThan: .diskFull) }
    await database.close()
    await #expect(throws: RecordStoreError.closed) { try await last.value }
  }
}
