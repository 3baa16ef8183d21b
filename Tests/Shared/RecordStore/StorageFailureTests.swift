import Environment
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("Storage that fails")
struct StorageFailureTests {
  let store: Store

  init() throws { store = try Store() }

  /// Sets the writer's page limit. SQLite answers the limit in force, never less than the file has.
  private func limitPages(_ database: RecordStore.Database, to pages: Int) async throws {
    try await database.write { transaction in
      try transaction.connection.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
  }

  private func fill(_ transaction: Transaction, _ id: Identifier) throws {
    try transaction.outbox.append(
      NewEvent(
        type: "test.v1.Big", site: SiteCode("PLANT1"), key: id.description,
        payload: [UInt8](repeating: 7, count: 256 << 10)))
  }

  @Test(
    "answers diskFull to the whole batch, keeps nothing of it, and heals when there is space again")
  func reportsDiskFull() async throws {
    let database = try store.open()
    let environment = store.environment
    try await database.report(good: 1, environment)
    try await limitPages(database, to: 1)
    let tasks = try await Plug.batch(of: 6, in: database) {
      (0..<6).map { number in
        Task {
          let id = environment.identifiers.next()
          try await database.write { transaction in
            try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 0)", id)
            if number == 0 { throw Refusal(number: 0) }
            if number == 3 { try fill(transaction, id) }
          }
        }
      }
    }
    for task in tasks {
      await #expect(throws: RecordStoreError.diskFull) { try await task.value }
    }
    #expect(try await database.reportCount() == 1)
    #expect(database.head == 0)
    try await limitPages(database, to: 1 << 20)
    for _ in 0..<3 {
      let id = environment.identifiers.next()
      try await database.write { try fill($0, id) }
    }
    let events = try await database.read { try $0.feed.events(after: 0, limit: 10) }.events
    #expect(events.map(\.sequence) == [1, 2, 3])
    await database.close()
  }

  @Test("notices a full disk although the write swallows the error")
  func noticesSwallowedDiskFull() async throws {
    let database = try store.open()
    let environment = store.environment
    try await limitPages(database, to: 1)
    let id = environment.identifiers.next()
    await #expect(throws: RecordStoreError.diskFull) {
      try await database.write { transaction in
        do {
          try fill(transaction, id)
        } catch RecordStoreError.diskFull {
          return
        }
        Issue.record("there was space")
      }
    }
    #expect(try await database.reportCount() == 0)
    await database.close()
  }

  @Test(
    "reruns every write alone, once, when COMMIT fails",
    arguments: [
      CommitFaults.Step.fail(.SQLITE_IOERR_FSYNC), .rollBackAndFail(.SQLITE_IOERR_FSYNC),
      .rollBackAndFail(.SQLITE_NOMEM), .fail(.SQLITE_NOMEM), .rollBackAndFail(.SQLITE_INTERRUPT),
    ])
  func rerunsAlone(step: CommitFaults.Step) async throws {
    let faults = CommitFaults()
    let database = try store.open(seams: faults.seams)
    let runs = Shared<[Int: Int]>([:])
    let environment = store.environment
    let tasks = try await Plug.batch(of: 5, in: database) {
      // The first COMMIT to come is the one of the plug itself.
      faults.schedule([.succeed, step])
      return (0..<5).map { number in
        Task {
          let id = environment.identifiers.next()
          try await database.write { transaction in
            runs.withLock { $0[number, default: 0] += 1 }
            try transaction.execute("INSERT INTO reports (id, good) VALUES (?, ?)", id, number)
            try transaction.outbox.append(event("\(number)"))
            if number == 2 { throw Refusal(number: 2) }
          }
        }
      }
    }
    for (number, task) in tasks.enumerated() {
      let result = await task.result
      if number == 2 {
        #expect(throws: Refusal(number: 2)) { try result.get() }
      } else {
        #expect(throws: Never.self) { try result.get() }
      }
    }
    // In the batch and alone; the one that throws after it has written, and those that had queued
    // before it, once more with savepoints.
    let counts = runs.withLock { $0 }
    #expect(counts.count == 5 && counts.values.allSatisfy { (2...3).contains($0) })
    #expect(counts[2] == 3)
    #expect(try await database.reportCount() == 4)
    let events = try await database.read { try $0.feed.events(after: 0, limit: 10) }.events
    #expect(events.map(\.sequence) == [1, 2, 3, 4])
    #expect(database.counters.failedBatches == 1)
    await database.close()
  }

  @Test("answers the error to a write whose second, lone run fails too, and to no other")
  func failsAfterSecondRun() async throws {
    let faults = CommitFaults()
    let database = try store.open(seams: faults.seams)
    let environment = store.environment
    let tasks = try await Plug.batch(of: 3, in: database) {
      faults.schedule([
        .succeed, .fail(.SQLITE_IOERR_FSYNC), .succeed, .fail(.SQLITE_IOERR_WRITE), .succeed,
      ])
      return (0..<3).map { good in
        Task { try await database.report(good: Int64(good), environment) }
      }
    }
    var failures = 0
    for task in tasks {
      do {
        _ = try await task.value
      } catch RecordStoreError.ioError {
        failures += 1
      }
    }
    #expect(failures == 1)
    #expect(try await database.reportCount() == 2)
    try await database.report(good: 9, environment)
    await database.close()
  }

  @Test("opens the writer's connection anew after a failed fsync, with its settings")
  func reopensAfterFailedFsync() async throws {
    let faults = CommitFaults()
    let opened = Shared(0)
    var seams = faults.seams
    seams.prepare = { _, role in if role == .writer { opened.withLock { $0 += 1 } } }
    let database = try store.open(seams: seams)
    faults.schedule([.fail(.SQLITE_IOERR_FSYNC)])
    try await database.report(good: 1, store.environment)
    #expect(opened.withLock { $0 } == 2)
    let synchronous = try await database.write {
      try $0.row("PRAGMA synchronous") { try $0.int64(0) }
    }
    #expect(synchronous == 2)
    await database.close()
  }

  @Test(
    "answers ioError while the connection cannot be opened, reads go on, and it heals by itself")
  func healsWhenStorageReturns() async throws {
    let faults = CommitFaults()
    let isBroken = Shared(false)
    var seams = faults.seams
    seams.prepare = { _, role in
      if role == .writer, isBroken.withLock({ $0 }) {
        throw DatabaseError(resultCode: .SQLITE_CANTOPEN)
      }
    }
    let database = try store.open(seams: seams)
    let environment = store.environment
    try await database.report(good: 1, environment)
    isBroken.withLock { $0 = true }
    faults.schedule([.fail(.SQLITE_IOERR_FSYNC)])
    for _ in 0..<3 {
      await #expect {
        try await database.report(good: 2, environment)
      } throws: { error in
        guard case .ioError = error as? RecordStoreError else { return false }
        return true
      }
      #expect(try await database.reportCount() == 1)
    }
    isBroken.withLock { $0 = false }
    try await database.report(good: 3, environment)
    #expect(try await database.reportCount() == 2)
    await database.close()
  }

  @Test(
    "gives reads a new connection after a storage error, and keeps the old one when there is none")
  func renewsReaders() async throws {
    let opened = Shared(0)
    let isBroken = Shared(false)
    var seams = DatabaseSeams()
    seams.prepare = { _, role in
      guard role == .reader else { return }
      if isBroken.withLock({ $0 }) { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
      opened.withLock { $0 += 1 }
    }
    let database = try store.open(seams: seams) { $0.readers = 1 }
    for (broken, expected) in [(false, 2), (true, 2), (false, 3)] {
      isBroken.withLock { $0 = broken }
      await #expect(throws: RecordStoreError.ioError("test")) {
        try await database.read { _ in throw RecordStoreError.ioError("test") }
      }
      #expect(try await database.reportCount() == 0)
      #expect(opened.withLock { $0 } == expected)
    }
    await database.close()
  }

  @Test("answers a broken deferred rule to the one who broke it, and keeps the neighbours")
  func isolatesDeferredViolation() async throws {
    let database = try store.open()
    let environment = store.environment
    let tasks = try await Plug.batch(of: 4, in: database) {
      (0..<4).map { number in
        Task {
          try await database.report(
            good: Int64(number), order: number == 1 ? "MISSING" : nil, environment)
        }
      }
    }
    for (number, task) in tasks.enumerated() {
      let result = await task.result
      if number == 1 {
        #expect {
          try result.get()
        } throws: { error in
          guard case .constraint(.foreignKey, _) = error as? RecordStoreError else { return false }
          return true
        }
      } else {
        #expect(throws: Never.self) { try result.get() }
      }
    }
    #expect(try await database.reportCount() == 3)
    await database.close()
  }

  @Test("keeps the batch of a write that ends the transaction by its own SQL")
  func survivesCommitInBody() async throws {
    let database = try store.open()
    let environment = store.environment
    let tasks = try await Plug.batch(of: 3, in: database) {
      (0..<3).map { number in
        Task {
          let id = environment.identifiers.next()
          try await database.write { transaction in
            try transaction.execute("INSERT INTO reports (id, good) VALUES (?, ?)", id, number)
            if number == 1 { try transaction.execute("ROLLBACK") }
          }
        }
      }
    }
    for (number, task) in tasks.enumerated() {
      let result = await task.result
      if number == 1 {
        #expect(throws: RecordStoreError.self) { try result.get() }
      } else {
        #expect(throws: Never.self) { try result.get() }
      }
    }
    #expect(try await database.reportCount() == 2)
    await database.close()
  }
}
